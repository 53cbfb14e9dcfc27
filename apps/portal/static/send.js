// The page Send: keeps what was chosen in IndexedDB and posts it to the object store, a few at once, until all of it is there.
//
// A photograph is in one of these states:
//   waits    until its turn comes, or until `after`, where an attempt failed
//   sending  a request is under way
//   sent     the object store said so; the portal has not been told
//   there    the portal has seen it: it is forgotten here once its kinds were told
//   failed   many attempts failed: a tap, or being online again, tries anew
//   refused  it is not taken; `why` says why
// The portal knows a photograph by its `id`: asked for twice, it is one place, so that nothing is ever there twice.

const page = document.getElementById("send");
const say = page.dataset;
const items = new Map();

const AT_ONCE = 3;
const ASKED_TOGETHER = 20;
const PREVIEW_SIDE = 256;
const TOLD_TOGETHER_MS = 8_000; // what is sent meanwhile is told to the portal in one request
const STALLED_MS = 30_000; // without progress
const PLACE_MS = 8 * 60_000; // places live for 10 minutes
const REFUSAL_MS = 5_000; // an older "no" is asked about again
const LONGEST_WAIT_MS = 60_000;
const MOST_TRIES = 8;

const CLOSED = say.open ? "" : " "; // the page says above why nothing is taken
let stopped = CLOSED; // why nothing is sent at all
let wakeTimer = 0;

// ---- what is kept on the device -------------------------------------------------------------------------------------

const database = new Promise((resolve, reject) => {
  const request = indexedDB.open("saegim-send", 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("records", { keyPath: "id" });
    request.result.createObjectStore("files"); // apart: a record changes often, its file never
  };
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});
database.catch(() => {}); // whoever needs it sees the error

async function stored(mode, act) {
  const transaction = (await database).transaction(["records", "files"], mode);
  return new Promise((resolve, reject) => {
    const request = act(transaction.objectStore("records"), transaction.objectStore("files"));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

function recordOf({ id, owner, name, type, size, modified, state, why, kinds, said }) {
  return { id, owner, name, type, size, modified, state, why, kinds, said };
}

async function keepNew(item) {
  try {
    await stored("readwrite", (records, files) => {
      files.put(item.file.slice(0, item.file.size, item.file.type), item.id);
      return records.put(recordOf(item));
    });
    item.kept = true;
  } catch { // no room, or a private window: it lives as long as the page
    item.kept = false;
  }
}

async function keep(item) {
  if (item.kept) await stored("readwrite", (records) => records.put(recordOf(item))).catch(() => {});
}

async function forget(item) {
  item.file = null;
  if (!item.kept) return;
  item.kept = false; // at once: what is said of it meanwhile keeps it anew
  await stored("readwrite", (records, files) => { files.delete(item.id); return records.delete(item.id); }).catch(() => {});
}

async function keepWithoutFile(item) { // what is not taken stays told until its owner takes it out; what is sent, until its kinds are told
  item.file = null;
  await stored("readwrite", (records, files) => { files.delete(item.id); return records.put(recordOf(item)); }).then(
    () => { item.kept = true; }, () => {});
}

async function fileOf(item) {
  // After a failure the copy: a phone may have taken the chosen file away meanwhile.
  if (item.file && !(item.tries && item.kept)) return item.file;
  return stored("readonly", (_records, files) => files.get(item.id)).catch(() => item.file);
}

async function restore() {
  const records = await stored("readonly", (all) => all.getAll()).catch(() => []);
  for (const record of records.filter((one) => one.owner === say.owner)) {
    const state = record.state === "sending" || record.state === "failed" ? "waits" : record.state;
    add({ ...record, state, tries: 0, after: 0, file: null, kept: true });
  }
  for (const item of items.values()) {
    if (item.state !== "there") preview(item);
  }
}

// ---- choosing -------------------------------------------------------------------------------------------------------

async function choose(files) {
  const chosen = files.filter((file) => ![...items.values()].some((item) => isSame(item, file))).map((file) => ({
    id: newId(), owner: say.owner, name: file.name, type: file.type, size: file.size, modified: file.lastModified, file,
    state: file.size > Number(say.most) ? "refused" : "waits", why: file.size > Number(say.most) ? say.large : "",
    kinds: [], said: "", tries: 0, after: 0, kept: false, choosing: true,
  }));
  chosen.forEach(add);
  for (const item of chosen) {
    await (item.state === "refused" ? keepWithoutFile(item) : keepNew(item));
    item.choosing = false;
    preview(item);
    pump();
  }
  navigator.storage?.persist?.().catch(() => {});
}

function isSame(item, file) {
  return item.name === file.name && item.size === file.size && item.modified === file.lastModified
    && (item.state === "waits" || item.state === "sending");
}

function newId() { // crypto.randomUUID is missing where the page is not served by https
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

let previews = Promise.resolve();
function preview(item) { // one at a time: many large pictures at once end the tab of a phone
  const { file } = item; // it may be sent and forgotten before its turn
  previews = previews.then(() => draw(item, file)).catch(() => {}); // a HEIC that this browser cannot show keeps its neutral tile
}

async function draw(item, chosen) {
  const file = chosen || await fileOf(item);
  if (!file || !items.has(item.id)) return;
  const bitmap = await createImageBitmap(file, { resizeWidth: PREVIEW_SIDE, resizeQuality: "medium" });
  const scale = Math.min(1, PREVIEW_SIDE / bitmap.height);
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  item.image = new Image();
  item.image.alt = "";
  item.image.src = canvas.toDataURL("image/jpeg", 0.8); // a few kilobytes; an object URL would have to be revoked
  item.tile.querySelector(".send-neutral")?.replaceWith(item.image);
  showInList();
}

// Below, what waits has no picture yet: the portal shows canonical copies alone, which ingest makes.
function showInList() {
  const byKey = new Map([...items.values()].map((item) => [item.key, item.image]));
  for (const entry of document.querySelectorAll("#photographs [data-state=waiting]")) {
    const image = byKey.get(entry.dataset.key);
    if (image) entry.querySelector(".send-neutral")?.replaceWith(image.cloneNode());
  }
}

// ---- sending --------------------------------------------------------------------------------------------------------

function inState(...states) {
  return [...items.values()].filter((item) => states.includes(item.state));
}

function pump() {
  clearTimeout(wakeTimer);
  show();
  if (stopped || !navigator.onLine) return;
  const waiting = inState("waits").filter((item) => !item.choosing);
  const ready = waiting.filter((item) => item.after <= Date.now());
  ready.slice(0, Math.max(0, AT_ONCE - inState("sending").length)).forEach(send);
  const next = Math.min(...waiting.filter((item) => item.state === "waits" && item.after > Date.now()).map((item) => item.after));
  if (Number.isFinite(next)) wakeTimer = setTimeout(pump, Math.max(50, next - Date.now()));
}

async function send(item) {
  item.state = "sending";
  item.progress = 0;
  show();
  try {
    const place = await placeOf(item);
    if (place.there) return done(item);
    if (!place.form) return refuse(item, place);
    const status = await post(item, place.form, await fileOf(item));
    if (status >= 200 && status < 300) return done(item);
    item.place = null; // it may be too old: the next attempt asks anew
    again(item, status >= 500 ? say.full : say.later);
  } catch (error) {
    if (error.stop) stopped = error.message;
    again(item, navigator.onLine ? error.why || say.later : say.offline, error.seconds);
  }
  return pump();
}

function post(item, form, file) {
  return new Promise((resolve, reject) => {
    if (!file) return reject(new Error("the file has gone"));
    const body = new FormData();
    Object.entries(form.fields).forEach(([name, value]) => body.append(name, value));
    body.append("file", file, "photograph");
    const request = new XMLHttpRequest(); // fetch tells no progress of what is sent
    let stall = 0;
    const alive = () => { clearTimeout(stall); stall = setTimeout(() => request.abort(), STALLED_MS); };
    request.upload.onprogress = (event) => { alive(); item.progress = event.loaded / event.total; showTile(item); };
    request.onload = () => resolve(request.status);
    // Safari says "abort" where it dropped the connection itself: only a tap takes a photograph out.
    request.onerror = request.onabort = () => reject(new Error("the connection was lost"));
    request.onloadend = () => clearTimeout(stall);
    item.request = request;
    request.open("POST", form.url);
    alive();
    return request.send(body);
  });
}

let asking = null;
async function placeOf(item) {
  while (!isFresh(item.place)) await (asking ??= askForPlaces().finally(() => { asking = null; }));
  return item.place;
}

function isFresh(place) {
  return Boolean(place) && Date.now() - place.at < (place.form ? PLACE_MS : REFUSAL_MS);
}

async function askForPlaces() {
  const wanting = [...inState("sending"), ...inState("waits")].filter((item) => !isFresh(item.place)).slice(0, ASKED_TOGETHER);
  const { places } = await ask("places", { photographs: wanting.map((item) => (
    { client_id: item.id, file_name: item.name, media_type: item.type, size: item.size })) });
  for (const place of places) {
    const item = items.get(place.client_id);
    if (!item) continue;
    item.place = { ...place, at: Date.now() };
    item.key = place.form?.fields.key ?? item.key;
  }
}

function refuse(item, place) {
  item.place = null;
  if (place.then === "give up") {
    item.state = "refused";
    item.why = place.why;
    keepWithoutFile(item);
  } else {
    if (place.then === "stop") stopped = place.why;
    item.tries = 0;
    again(item, place.why, place.seconds);
  }
  return pump();
}

function again(item, why, seconds) {
  if (!items.has(item.id)) return;
  item.tries += 1;
  item.why = why;
  item.state = item.tries > MOST_TRIES ? "failed" : "waits";
  const wait = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** (item.tries - 1)) * (0.5 + Math.random());
  item.after = Date.now() + (seconds ? seconds * 1000 : wait);
  keep(item);
}

function tryNow() { // the network is back, the page is seen again, or somebody tapped
  stopped = CLOSED; // whoever was logged out may have come in again in another tab
  inState("waits", "failed").forEach((item) => Object.assign(item, { state: "waits", tries: Math.min(item.tries, 1), after: 0 }));
  pump();
  settleSoon();
}

function done(item) {
  Object.assign(item, { state: "sent", why: "", tries: 0, progress: 1 });
  keep(item);
  settleSoon();
  return pump();
}

// ---- telling the portal ---------------------------------------------------------------------------------------------

async function ask(path, body) {
  const answer = await fetch(`${say.base}/${path}`, {
    method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", Accept: "application/json" },
  });
  if (answer.ok) return answer.json();
  const told = await answer.json().catch(() => ({}));
  const error = new Error(told.error || say.later);
  error.stop = answer.status === 401 || answer.status === 403 || answer.status === 404;
  error.closed = answer.status === 409;
  error.seconds = Number(answer.headers.get("Retry-After")) || 0;
  throw error;
}

let settleTimer = 0;
let settleAt = 0;
let settleTries = 0;
function settleSoon(wait = inState("sending").length ? TOLD_TOGETHER_MS : 400) {
  const at = Date.now() + wait;
  if (settleTimer && settleAt <= at) return; // sooner already
  clearTimeout(settleTimer);
  settleAt = at;
  settleTimer = setTimeout(() => { settleTimer = 0; return settle().then(() => { settleTries = 0; }, () => {
    settleTries += 1;
    settleSoon(Math.min(LONGEST_WAIT_MS, 1000 * 2 ** settleTries));
  }); }, wait);
}

async function settle() {
  const sent = inState("sent").slice(0, 100);
  if (sent.length) {
    const { arrived } = await ask("arrived", { client_ids: sent.map((item) => item.id) });
    for (const item of sent) {
      if (arrived.includes(item.id)) item.state = "there";
      else again(item, say.later);
    }
    pump();
  }
  await tellKinds();
  await Promise.all(inState("there").filter(isTold).map(forget));
  // The list below asks what became of them; while others are under way it asks as often as it does anyway.
  if (sent.length && !inState("waits", "sending").length) document.body.dispatchEvent(new Event("sent"));
  if (inState("sent").length || !inState("there").every(isTold)) settleSoon();
  show();
}

function isTold(item) {
  return item.said === item.kinds.join("\n");
}

async function tellKinds() {
  const open = inState("there").filter((item) => !isTold(item));
  for (const said of new Set(open.map((item) => item.kinds.join("\n")))) {
    const alike = open.filter((item) => item.kinds.join("\n") === said).slice(0, 100);
    if (!alike.length) continue; // they were said anew meanwhile
    await ask("categories", { client_ids: alike.map((item) => item.id), categories: alike[0].kinds }).catch((error) => {
      if (!error.closed) throw error;
      stopped = error.message; // nothing more can be said, now or later
    });
    alike.forEach((item) => { item.said = said; });
  }
}

// ---- what is seen ---------------------------------------------------------------------------------------------------

function add(item) {
  items.set(item.id, item);
  item.tile = document.getElementById("send-tile").content.firstElementChild.cloneNode(true);
  const part = (name) => item.tile.querySelector(`.send-${name}`);
  part("name").textContent = item.name;
  part("picture").ariaLabel = `${say.mark}: ${item.name}`;
  part("picture").onclick = () => { item.marked = !item.marked; part("picture").ariaPressed = String(item.marked); showKinds(); };
  part("retry").textContent = say.retry;
  part("retry").onclick = () => { item.tries = 0; tryNow(); };
  part("remove").textContent = say.remove;
  part("remove").onclick = () => { items.delete(item.id); item.request?.abort(); forget(item); item.tile.remove(); pump(); };
  document.getElementById("send-tiles").append(item.tile);
}

function showTile(item) {
  const words = { waits: item.why || say.waits, sending: say.sending, sent: say.sent, there: say.sent, failed: say.failed };
  const isOver = item.state === "sent" || item.state === "there";
  item.tile.dataset.state = item.state;
  item.tile.querySelector(".send-state").textContent = words[item.state] ?? item.why;
  item.tile.querySelector("progress").hidden = isOver || item.state === "refused";
  item.tile.querySelector("progress").value = isOver ? 1 : item.state === "sending" ? item.progress : 0;
  item.tile.querySelector("progress").ariaLabel = item.name;
  item.tile.querySelector(".send-retry").hidden = item.state !== "failed";
  item.tile.querySelector(".send-remove").hidden = isOver;
}

function show() {
  const all = [...items.values()].filter((item) => item.state !== "refused");
  const sent = inState("sent", "there").length;
  const busy = inState("waits", "sending", "sent").length > 0;
  items.forEach(showTile);
  document.getElementById("send-queue").hidden = items.size === 0;
  document.getElementById("send-count").textContent = !all.length ? ""
    : (sent === all.length ? say.done : say.of).replace("{all}", all.length).replace("{sent}", sent);
  document.getElementById("send-offline").hidden = navigator.onLine;
  document.getElementById("send-stopped").hidden = !stopped.trim();
  document.getElementById("send-stopped").textContent = stopped;
  const unkept = inState("waits", "sending", "failed").filter((item) => !item.kept && !item.choosing);
  document.getElementById("send-unkept").hidden = unkept.length === 0;
  // Asked only while leaving loses something: the question keeps the page out of the browser's cache of pages.
  const losing = inState("waits", "sending").some((item) => !item.kept);
  window.onbeforeunload = losing ? (event) => event.preventDefault() : null;
  stayAwake(busy && !stopped && navigator.onLine);
  showKinds();
}

const kindBoxes = [...document.querySelectorAll("#send-kinds input")];

function concerned() {
  const all = [...items.values()].filter((item) => item.state !== "refused");
  const marked = all.filter((item) => item.marked);
  return { some: marked.length ? marked : all, marked: marked.length };
}

function showKinds() {
  if (!kindBoxes.length) return;
  const { some, marked } = concerned();
  document.getElementById("send-kinds-of").textContent = marked ? say.some.replace("{n}", marked) : say.all;
  for (const box of kindBoxes) {
    const having = some.filter((item) => item.kinds.includes(box.value)).length;
    box.checked = some.length > 0 && having === some.length;
    box.indeterminate = having > 0 && having < some.length;
  }
}

function sayKind(box) {
  for (const item of concerned().some) {
    item.kinds = item.kinds.filter((kind) => kind !== box.value).concat(box.checked ? [box.value] : []);
    if (item.state === "there") keepWithoutFile(item);
    else keep(item);
  }
  showKinds();
  settleSoon();
}

let lock = null;
async function stayAwake(needed) {
  if (!needed) {
    lock?.then((held) => held?.release());
    lock = null;
  } else if (!lock && document.visibilityState === "visible" && navigator.wakeLock) {
    lock = navigator.wakeLock.request("screen").catch(() => null); // refused while the battery is low
  }
}

// ---- what happens ---------------------------------------------------------------------------------------------------

const preparing = document.getElementById("send-preparing");
for (const input of document.querySelectorAll(".send-file")) {
  input.onclick = () => { preparing.hidden = false; }; // a phone that converts 50 pictures says nothing for a long time
  // Not by a property: some browsers send this event without having one of its name.
  input.addEventListener("cancel", () => { preparing.hidden = true; });
  input.onchange = () => {
    preparing.hidden = true;
    const files = [...input.files];
    input.value = ""; // the same picture can be chosen again
    choose(files);
  };
}
kindBoxes.forEach((box) => { box.onchange = () => sayKind(box); });
document.body.addEventListener("htmx:afterSettle", showInList);
addEventListener("online", tryNow);
addEventListener("offline", show);
document.addEventListener("visibilitychange", () => {
  lock = null; // the browser took it back when the page was hidden
  if (document.visibilityState === "visible") tryNow();
});
page.hidden = false;
restore().then(() => { pump(); settleSoon(); });
