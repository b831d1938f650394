// Checks one line of the access log in this browser. The page gives the address of the proof file and the log's public
// keys; everything that is done with them stands here. Formats: c2sp.org/tlog-proof, tlog-checkpoint, tlog-tiles and
// signed-note; hashes: RFC 6962, section 2.1.
//
// This script comes from the server that it checks. It finds mistakes, and lies told only to some; a server that lies
// to you alone could give you another script as well. Against that, docs/verify-us.md says how to check with tools that
// are not ours.

const place = document.querySelector("[data-proof]");
const { proof, log, vkeys, said } = place.dataset;

// Bytes ---

const utf8 = new TextEncoder();
const unutf8 = (data) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
function unbase64(text, length) {
  const chars = atob(text);
  // A browser also reads base64 with spaces or without its end; here everything has one spelling.
  if (btoa(chars) !== text || (length ?? chars.length) !== chars.length) throw new Error("not base64 of this length");
  return Uint8Array.from(chars, (char) => char.charCodeAt(0));
}
const base64url = (data) =>
  btoa(String.fromCharCode(...data)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const hex = (data) => [...data].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const same = (one, other) => hex(one) === hex(other);

async function sha256(...parts) {
  const data = await new Blob(parts).arrayBuffer();
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
}
const leafHash = (entry) => sha256(new Uint8Array([0]), entry);
const nodeHash = (left, right) => sha256(new Uint8Array([1]), left, right);

// The proof file ---

function after(word, line) {
  if (!line?.startsWith(word)) throw new Error(`no ${word}`);
  return line.slice(word.length);
}

// A number has one spelling: Number alone would take "7e2", "0x2bc" and " 700 " as well.
function decimal(text) {
  if (!/^(0|[1-9][0-9]*)$/.test(text) || !Number.isSafeInteger(Number(text))) throw new Error("not a plain number");
  return Number(text);
}

// A signed note: its text, a blank line, signatures. The last blank line counts, as for everybody else who reads it, and a
// checkpoint's text has none: so nothing can stand between what was signed and what is believed, or after it.
function readCheckpoint(note) {
  const gap = note.lastIndexOf("\n\n");
  const [text, lines] = [note.slice(0, gap + 1), note.slice(gap + 2)];
  if (gap < 0 || !lines.endsWith("\n") || /[\0-\x09\x0b-\x1f]/.test(note)) throw new Error("not a signed note");
  const signatures = lines.slice(0, -1).split("\n").map((line) => {
    const [, name, blob] = line.match(/^— ([^\s+]+) (\S+)$/u);
    const data = unbase64(blob);
    if (data.length < 5) throw new Error("a signature is too short");
    return { name, id: hex(data.slice(0, 4)), signature: data.slice(4) };
  });
  const body = text.slice(0, -1).split("\n");
  if (body.length < 3 || body.includes("")) throw new Error("not a checkpoint");
  const [origin, size, root] = body;
  return { note, body: utf8.encode(text), origin, size: decimal(size), root: unbase64(root, 32), signatures };
}

function readProof(text) {
  const gap = text.indexOf("\n\n");
  const [format, extra, index, ...hashes] = text.slice(0, gap).split("\n");
  if (gap < 0 || format !== "c2sp.org/tlog-proof@v1") throw new Error("not a proof file");
  const { entry, opening } = JSON.parse(unutf8(unbase64(after("extra ", extra))));
  return {
    entry, // the line of the log, letter for letter
    opening: opening && unbase64(opening), // what its "detail" stands for
    index: decimal(after("index ", index)),
    hashes: hashes.map((hash) => unbase64(hash, 32)),
    checkpoint: readCheckpoint(text.slice(gap + 2)),
  };
}

// Is the line in the tree that the checkpoint signs? (RFC 9162, section 2.1.3.2)

async function rootFrom(leaf, index, size, hashes) {
  let [node, last, hash] = [index, size - 1, leaf];
  const up = () => ([node, last] = [Math.floor(node / 2), Math.floor(last / 2)]);
  for (const sibling of hashes) {
    if (last === 0) return new Uint8Array();
    if (node % 2 === 1 || node === last) {
      hash = await nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) up();
    } else {
      hash = await nodeHash(hash, sibling);
    }
    up();
  }
  return last === 0 ? hash : new Uint8Array();
}

// Which of these keys signed the checkpoint? A vkey is name+id+base64(1, public key); a name holds no plus. The key must be
// named as the checkpoint's log is, letter for letter.

async function signers(checkpoint, keys) {
  const good = [];
  for (const vkey of keys) {
    const [, name, id, key] = vkey.match(/^([^+]+)\+([0-9a-f]{8})\+(.+)$/);
    for (const line of checkpoint.signatures.filter((one) => one.name === name && one.id === id)) {
      const raw = unbase64(key).slice(1);
      const ed25519 = await crypto.subtle.importKey("raw", raw, { name: "Ed25519" }, false, ["verify"]);
      if (!(await crypto.subtle.verify("Ed25519", ed25519, line.signature, checkpoint.body))) return [];
      if (name !== checkpoint.origin) return [];
      good.push(vkey);
    }
  }
  return good;
}

async function checkSignature(checkpoint, kept) {
  try {
    const good = await signers(checkpoint, vkeys.split(" "));
    if (good.length === 0) return "bad";
    return kept && !good.some((vkey) => kept.vkeys.includes(vkey)) ? "other" : "good";
  } catch (fault) {
    if (fault.name === "NotSupportedError") return "unknown"; // this browser has no Ed25519
    throw fault;
  }
}

// Does the log still begin with what this browser saw last time? The hashes come from the log's public tiles; they
// must give both roots, the older and the newer, and whoever could bend them would have broken SHA-256.

class Missing extends Error {} // the log did not show what it signed

const tiles = new Map();

async function tile(level, index, size) {
  const width = Math.min(256, Math.floor(size / 256 ** level) - index * 256);
  let name = String(index % 1000).padStart(3, "0");
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    name = `x${String(rest % 1000).padStart(3, "0")}/${name}`;
  }
  const url = `${log}/tile/${level}/${name}${width < 256 ? `.p/${width}` : ""}`;
  if (!tiles.has(url)) {
    const answer = await fetch(url);
    if (answer.status === 404) throw new Missing(url);
    if (!answer.ok) throw new TypeError(url);
    tiles.set(url, new Uint8Array(await answer.arrayBuffer()));
  }
  return tiles.get(url);
}

// The hash over 2 ** height leaves: a few neighbours in one tile, hashed pair by pair.
async function node(height, index, size) {
  const count = 2 ** (height % 8);
  const first = index * count;
  const hashes = await tile(Math.floor(height / 8), Math.floor(first / 256), size);
  let row = Array.from({ length: count }, (_, at) => hashes.slice(((first % 256) + at) * 32).slice(0, 32));
  while (row.length > 1) {
    row = await Promise.all(row.filter((_, at) => at % 2 === 0).map((left, at) => nodeHash(left, row[2 * at + 1])));
  }
  return row[0];
}

// Over the leaves from start to end: the root of those that the older tree has too, and the root of all.
async function roots(older, start, end, size) {
  let height = 0;
  while (2 ** height < end - start) height += 1;
  if (2 ** height === end - start && (end <= older || start >= older)) {
    const hash = await node(height, start / 2 ** height, size);
    return [end <= older ? hash : null, hash];
  }
  const middle = start + 2 ** (height - 1);
  const [leftOld, left] = await roots(older, start, middle, size);
  const [rightOld, right] = await roots(older, middle, end, size);
  return [rightOld ? await nodeHash(leftOld, rightOld) : leftOld, await nodeHash(left, right)];
}

async function compare(kept, now) {
  if (!kept) return memories().size > 0 ? "other" : "first";
  const [older, newer] = kept.size <= now.size ? [kept, now] : [now, kept];
  try {
    const [before, after] = await roots(older.size, 0, newer.size, newer.size);
    return same(before, older.root) && same(after, newer.root) ? "good" : "bad";
  } catch (fault) {
    if (fault instanceof Missing) return "bad";
    if (fault instanceof TypeError) return "unknown"; // no network, or the server is not well
    throw fault;
  }
}

// What this browser remembers: of each log it has met the newest checkpoint it has checked, and the keys it believed.
// A log of another name has a place of its own, so that none can make it forget another.

function memories() {
  try {
    const found = JSON.parse(localStorage.getItem("log")) ?? {};
    const one = typeof found.note === "string"; // as it was kept while there was but one place
    return new Map(one ? [[found.note.split("\n")[0], found]] : Object.entries(found));
  } catch {
    return new Map(); // this browser may not keep anything
  }
}

function recall(origin) {
  try {
    const { note, vkeys: known, at } = memories().get(origin);
    const kept = { ...readCheckpoint(note), vkeys: known, at };
    return kept.origin === origin ? kept : null;
  } catch {
    return null; // nothing yet
  }
}

function remember(kept, now) {
  const { note } = kept?.size > now.size ? kept : now;
  const memory = { note, vkeys: vkeys.split(" "), at: new Date().toISOString() };
  try {
    localStorage.setItem("log", JSON.stringify(Object.fromEntries(memories().set(now.origin, memory))));
  } catch {
    // The next time is a first time again, and the page will say so.
  }
}

// The page ---

// What the page says stands in it, in templates named step-outcome; here they are only chosen and filled in.
function show(name, into, fills = {}) {
  const words = document.getElementById(name).content.cloneNode(true);
  for (const [fill, text] of Object.entries(fills)) {
    for (const hole of words.querySelectorAll(`[data-fill="${fill}"]`)) hole.textContent = text;
  }
  document.getElementById(into).append(words);
}

async function check() {
  const { entry, opening, index, hashes, checkpoint: now } = readProof(
    unutf8(await (await fetch(proof)).arrayBuffer()),
  );
  const members = JSON.parse(entry);
  document.getElementById("entry").textContent = entry;

  const shown = Object.entries(JSON.parse(said)).every(
    ([name, value]) => JSON.stringify(members[name] ?? null) === JSON.stringify(value),
  );
  const root = await rootFrom(await leafHash(utf8.encode(entry)), index, now.size, hashes);
  let sealed = "none";
  if (opening) {
    sealed = base64url(await sha256(opening)) === members.detail ? "good" : "bad";
    document.getElementById("opening").textContent = unutf8(opening.slice(32));
  }
  const kept = recall(now.origin);
  const found = {
    words: shown ? "good" : "bad",
    place: same(root, now.root) ? "good" : "bad",
    signature: await checkSignature(now, kept),
    opening: sealed,
    memory: await compare(kept, now),
  };
  const outcomes = Object.values(found);
  const holds = !outcomes.includes("bad");
  if (holds && found.memory !== "unknown") remember(kept, now);

  const number = (value) => value.toLocaleString(document.documentElement.lang);
  const format = { dateStyle: "long", timeStyle: "short" };
  const when = kept && new Date(kept.at).toLocaleString(document.documentElement.lang, format);
  const line = Object.fromEntries(
    ["company", "keys", "outcome", "purpose", "time"].map((name) => [`line-${name}`, [members[name] ?? "–"].flat().join(", ")]),
  );
  const fills = { size: number(now.size), then: kept ? number(kept.size) : "", when, ...line };
  for (const [step, outcome] of Object.entries(found)) show(`${step}-${outcome}`, "steps", fills);
  const partly = outcomes.includes("unknown") || outcomes.includes("other");
  show(holds ? (partly ? "verdict-partly" : "verdict-good") : "verdict-bad", "verdict", fills);
}

document.getElementById("verdict").replaceChildren();
if (!globalThis.crypto?.subtle) {
  show("verdict-insecure", "verdict");
} else {
  check().catch(() => show("verdict-failed", "verdict"));
}
