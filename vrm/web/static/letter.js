// Keeps the message on a letter true to what is chosen on it: after each change the server is asked for the page as it is
// now chosen, and what it would send takes the place of ours. Nothing is decided by that. Where it cannot be fetched, the
// old message goes, and the button that shows it without a script is there again.

const WAIT = 150; // milliseconds after the last change

const form = document.querySelector("form[data-letter]");
const button = form?.querySelector('button[value="show"]');
let waiting = 0;
let asked = new AbortController();

function message(page) {
  return page.querySelector('[data-live="message"]');
}

function stop() {
  clearTimeout(waiting);
  asked.abort();
}

function shown(is) {
  message(document).hidden = !is;
  button.parentElement.hidden = is;
}

async function refresh() {
  asked = new AbortController();
  const { signal } = asked;
  const body = new URLSearchParams(new FormData(form));
  body.set("decision", "show");
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body, signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (signal.aborted) return;
    const fresh = message(page);
    if (fresh) message(document).replaceChildren(...fresh.childNodes);
    shown(Boolean(fresh));
  } catch {
    if (!signal.aborted) shown(false);
  }
}

function changed() {
  stop();
  message(document).hidden = true;
  waiting = setTimeout(refresh, WAIT);
}

if (button) {
  shown(true);
  form.addEventListener("submit", stop);
  form.addEventListener("change", changed);
  // A browser that comes back to a page puts in again what was chosen there.
  if ([...form.elements].some((each) => each.checked !== each.defaultChecked)) changed();
}
