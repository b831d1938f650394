// Saves what is typed into a profile. Each entry of the page (data-save: where its value is saved) is sent when somebody
// leaves it, or rests for some seconds; one that a company may read at once (data-shared) is sent only when it is left, for
// half of a number can be a number. The entry says what became of it. Nothing typed is ever taken out of a field because a request failed: it stays, is tried again, and
// the page asks before it is left.
//
// Without this script the same forms are saved by their button.

const WAIT = 3000; // milliseconds after the last key, while the focus stays
const AGAIN = [2000, 5000, 15000, 60000]; // after a request that failed: these, then the last for ever

const words = document.querySelector("#said")?.dataset ?? {};
const form = document.querySelector("form.edit, form.fill");
const entries = [];
let leaving = false;

class Entry {
  constructor(place) {
    this.place = place;
    this.saying = place.querySelector("[data-saying]");
    this.shared = "shared" in place.dataset;
    this.empty = { path: place.dataset.save, prefix: place.dataset.prefix };
    this.path = place.dataset.save;
    this.prefix = place.dataset.prefix;
    this.since = Number(place.dataset.since); // the version that stood when typing began
    this.kept = this.typed();
    this.busy = null;
    this.tries = 0;
    place.addEventListener("focusin", (event) => this.begin(event));
    place.addEventListener("input", () => this.typing());
    place.addEventListener("change", (event) => this.changed(event));
    place.addEventListener("focusout", (event) => place.contains(event.relatedTarget) || this.left());
  }

  controls() {
    const all = [...this.place.querySelectorAll("input, select, textarea")];
    return all.filter((each) => each.type !== "hidden" && each.name.startsWith(this.prefix));
  }

  get version() {
    return form.elements[`${this.prefix}version`];
  }

  fields() {
    const chosen = this.controls().filter((each) => !["radio", "checkbox"].includes(each.type) || each.checked);
    return chosen.map((each) => [each.name.slice(this.prefix.length), each.value]);
  }

  typed() {
    return JSON.stringify(this.fields().filter(([, value]) => value !== "").sort());
  }

  get dirty() {
    return this.typed() !== this.kept;
  }

  begin(event) {
    const anew = !this.place.contains(event.relatedTarget) && this.controls().includes(event.target);
    if (anew && !this.dirty && !this.busy) this.since = Number(this.version.value);
  }

  // What was said is of what stood before.
  typing() {
    if (this.dirty) this.say(this.shared ? words.shared : "");
    if (!this.shared) this.later(WAIT);
  }

  changed(event) {
    if (event.target.name === `${this.prefix}value-country`) this.relay();
    // Of an address each part is left on the way to the next one.
    const parts = new Set(this.controls().map((each) => each.name));
    if (parts.size === 1) this.later(0);
    else if (!this.shared) this.later(WAIT);
  }

  left() {
    if (this.dirty) this.later(0);
  }

  later(wait, deed = () => this.save()) {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(deed, wait);
  }

  async save() {
    clearTimeout(this.waiting);
    if (this.busy) return this.busy.then(() => this.dirty && this.save());
    if (!this.dirty) return undefined;
    this.busy = this.send();
    await this.busy;
    this.busy = null;
    return undefined;
  }

  async send() {
    const sent = this.typed();
    const fields = { ...Object.fromEntries(this.fields()), since: this.since };
    const told = await this.post(this.path, fields, () => this.save());
    if (!told) return;
    if (told.state === "saved") {
      this.kept = sent;
      this.keep(told, sent);
      // Back to nothing leads only what is new: a company may have read what was typed on the way, and that is kept.
      this.say(words.saved, ...(this.since || told.new ? [[words.undo, () => this.undo()]] : []));
    } else if (told.state === "wrong") this.wrong(told.errors);
    else if (told.state === "changed") this.met(told);
    else this.gone();
  }

  // What is kept now, where it is kept, and as it is written: a number comes back in groups.
  keep(told, sent) {
    const item = told.path.split("/").pop();
    this.path = told.path;
    this.onward = told.onward;
    this.version.value = told.version;
    if (this.prefix.endsWith(".new.")) this.rename(this.prefix.replace(/new\.$/, `${item}.`));
    else if (!this.prefix) form.setAttribute("action", told.path + location.search);
    this.clear();
    for (const each of form.querySelectorAll("[data-nothing]")) each.hidden = true; // not true any more
    if (this.typed() === sent && !this.place.contains(document.activeElement)) this.fill(told.typed);
  }

  rename(prefix) {
    for (const each of this.place.querySelectorAll("[name]"))
      if (each.name.startsWith(this.prefix)) each.name = prefix + each.name.slice(this.prefix.length);
    this.prefix = prefix;
  }

  fill(typed) {
    for (const each of this.controls()) {
      const value = typed[each.name.slice(this.prefix.length)] ?? "";
      if (["radio", "checkbox"].includes(each.type)) each.checked = each.value === value;
      else each.value = value;
    }
    this.kept = this.typed();
  }

  async undo() {
    clearTimeout(this.waiting);
    await this.busy;
    const told = await this.post(`${this.path}/restore`, { to: this.since }, () => this.undo());
    if (!told) return;
    if (told.state === "changed") return this.met(told);
    if (told.state === "saved") {
      this.version.value = this.since = told.version;
    } else {
      this.version.value = this.since = 0;
      this.path = this.empty.path;
      this.rename(this.empty.prefix);
    }
    this.clear();
    this.fill(told.typed ?? {});
    this.controls()[0]?.focus();
    this.say(words.undone);
    return undefined;
  }

  // Half of it typed is no mistake yet: while somebody is in it, that is said quietly below, and nothing turns red.
  wrong(errors) {
    const [first] = Object.values(errors);
    const inside = this.controls().includes(document.activeElement);
    this.clear();
    this.say(inside && this.controls().length === 1 ? `${words.waiting} ${first}` : words.waiting);
    if (inside) return;
    for (const [name, sentence] of Object.entries(errors)) {
      const field = this.controls().find((each) => each.name === this.prefix + name) ?? this.controls()[0];
      const said = document.createElement("p");
      said.className = "wrong";
      said.id = `${field.id || field.name}-wrong`;
      said.append(Object.assign(document.createElement("span"), { textContent: sentence }));
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", `${field.getAttribute("aria-describedby") ?? ""} ${said.id}`.trim());
      (field.closest(".field") ?? this.place).append(said);
    }
  }

  clear() {
    for (const each of this.place.querySelectorAll(".wrong")) each.remove();
    for (const each of this.place.querySelectorAll("[aria-invalid]")) {
      const rest = (each.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => document.getElementById(id));
      each.removeAttribute("aria-invalid");
      if (rest.length) each.setAttribute("aria-describedby", rest.join(" "));
      else each.removeAttribute("aria-describedby");
    }
  }

  // Another tab was faster: what stands there is shown, and the person says which one stays.
  met(told) {
    const theirs = () => {
      this.keep(told, "");
      this.fill(told.typed);
      this.since = told.version;
      this.say(words.saved);
    };
    const mine = () => {
      this.version.value = this.since = told.version;
      this.kept = "";
      this.save();
    };
    const there = Object.assign(document.createElement("bdi"), { textContent: told.texts.join(", ") });
    this.say(words.changed, there, [words.theirs, theirs], [words.mine, mine]);
  }

  gone() {
    const again = () => {
      this.version.value = this.since = 0;
      this.path = this.empty.path;
      this.kept = "";
      this.save();
    };
    this.say(words.gone, [words.again, again]);
  }

  // The answer; or nothing, when it is said what failed and the text waits.
  async post(path, fields, again) {
    const [csrf, next] = [form.elements.csrf.value, form.elements.next?.value ?? ""];
    const body = new URLSearchParams({ ...fields, csrf, next, version: this.version.value });
    try {
      // Sent to its end, even when the page is closed meanwhile.
      const headers = { Accept: "application/json" };
      const answer = await fetch(path, { method: "POST", body, headers, keepalive: true });
      if (answer.headers.get("Content-Type")?.startsWith("application/json")) {
        this.tries = 0;
        return await answer.json();
      }
      if (answer.status < 500 && answer.status !== 429) {
        this.say(answer.redirected ? words.out : words.expired);
        return null;
      }
    } catch {
      // Said below, as for a server that fails.
    }
    this.say(words.offline);
    this.later(AGAIN[Math.min(this.tries++, AGAIN.length - 1)], again);
    return null;
  }

  // The parts that this country has, with what was typed in them, meanwhile too.
  async relay() {
    const body = new URLSearchParams(new FormData(form));
    const country = () => form.elements[`${this.prefix}value-country`].value;
    const asked = country();
    body.set("do", "country");
    try {
      const answer = await fetch(location.href, { method: "POST", body });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const same = [...page.querySelectorAll("[data-save]")].find((each) => each.dataset.prefix === this.prefix);
      const [old, fresh] = [this.place, same].map((each) => each?.querySelector("[data-fields]"));
      if (!fresh || country() !== asked) return;
      for (const each of fresh.querySelectorAll("[name]")) {
        const typed = old.querySelector(`[name="${CSS.escape(each.name)}"]`);
        if (typed && typed.value !== body.get(each.name)) each.value = typed.value;
      }
      const focus = document.activeElement?.id;
      old.replaceWith(fresh);
      hideSwitches();
      if (focus && this.place.querySelector(`#${CSS.escape(focus)}`)) document.getElementById(focus).focus();
    } catch {
      // The parts of before stay; all of them are understood.
    }
  }

  say(sentence, ...more) {
    const parts = more.map((each) => {
      if (!Array.isArray(each)) return each;
      const button = Object.assign(document.createElement("button"), { type: "button", className: "plain" });
      button.textContent = each[0];
      button.addEventListener("click", each[1]);
      return button;
    });
    this.saying.replaceChildren(sentence ?? "", ...parts.flatMap((each) => [" ", each]));
  }
}

function hideSwitches() {
  for (const each of document.querySelectorAll(".switch")) each.hidden = true;
}

// The button waits for what is on its way. Saved already: on to the profile. If not, the page itself is sent, and says
// what is wrong.
async function finish(event) {
  if (event.submitter && event.submitter.value !== "save") {
    leaving = true;
    return;
  }
  event.preventDefault();
  for (const each of entries) clearTimeout(each.waiting);
  await Promise.all(entries.map((each) => each.busy));
  leaving = true;
  const { onward } = form.dataset.onward ? form.dataset : entries[0];
  const saved = entries.some((each) => each.onward) && entries.every((each) => !each.dirty);
  if (saved && onward) location.assign(onward);
  else form.submit();
}

if (form) {
  for (const place of document.querySelectorAll("[data-save]")) entries.push(new Entry(place));
  hideSwitches();
  if (entries.length) form.addEventListener("submit", finish);
  const flush = () => entries.forEach((each) => each.dirty && each.save());
  addEventListener("online", flush);
  document.addEventListener("visibilitychange", () => document.hidden && flush());
  addEventListener("beforeunload", (event) => {
    if (!leaving && entries.some((each) => each.dirty)) event.preventDefault();
  });
}
