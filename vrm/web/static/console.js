// Keeps the console's picture true to the form: when the form changes, the page of the present form is fetched and
// its parts take the places of ours (data-live). A part of the form that somebody is in is left alone. As long as the
// picture is not of the present form, and where it cannot be fetched, the page says so (class "stale").

const WAIT = 400; // milliseconds after the last change

const form = document.querySelector("form[data-pictured]");
const place = form?.closest(".beside");
let waiting = 0;
let asked = new AbortController();

function stop() {
  clearTimeout(waiting);
  asked.abort();
}

function show(page) {
  for (const fresh of page.querySelectorAll("[data-live]")) {
    const old = document.querySelector(`[data-live="${fresh.dataset.live}"]`);
    const typing = old?.contains(document.activeElement);
    // What is the same stays, with where it was scrolled to; but a field may look the same and hold something else.
    const same = old?.isEqualNode(fresh) && !form.contains(old);
    if (old && !typing && !same) old.replaceWith(fresh);
  }
}

async function refresh() {
  asked = new AbortController();
  const { signal } = asked;
  const body = new URLSearchParams(new FormData(form));
  body.set("do", "show");
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body, signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (signal.aborted || !page.querySelector('[data-live="picture"]')) return; // changed meanwhile; or signed out
    show(page);
    place.classList.remove("stale");
  } catch {
    // Aborted, since the form changed again; or the server cannot be reached. The page says that the picture is old.
  }
}

if (place) {
  place.classList.add("live");
  form.addEventListener("submit", stop);
  form.addEventListener("input", () => {
    stop();
    place.classList.add("stale");
    waiting = setTimeout(refresh, WAIT);
  });
}
