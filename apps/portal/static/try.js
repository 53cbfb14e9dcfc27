// The demo page: sends one photograph to its place, asks for the answer, and shows which text stands where.
"use strict";

const drop = document.getElementById("drop");
const answer = document.getElementById("answer");
const query = drop.dataset.query;
let last = null; // the photograph that was chosen last
let turn = 0; // grows with each photograph: what comes of an earlier one is not shown any more

function say(text, failed) {
  document.getElementById("said").textContent = text;
  document.getElementById("again").hidden = !failed;
  document.getElementById("sent").hidden = failed;
}

function preview(file) {
  const image = document.getElementById("preview");
  if (image.src) URL.revokeObjectURL(image.src);
  image.hidden = true; // no browser but Safari shows HEIC
  image.onload = () => { image.hidden = false; };
  image.src = URL.createObjectURL(file);
}

function post(place, file) {
  const form = new FormData();
  for (const [name, value] of Object.entries(place.fields)) form.append(name, value);
  form.append("file", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = (event) => { if (event.lengthComputable) document.getElementById("sent").value = event.loaded / event.total; };
    request.onload = () => request.status < 300 ? resolve() : reject(new Error(request.status === 400 ? drop.dataset.large : drop.dataset.failed));
    request.onerror = request.onabort = request.ontimeout = () => reject(new Error(drop.dataset.failed));
    request.open("POST", place.url);
    request.send(form);
  });
}

async function placeFor(file) {
  const reply = await fetch(drop.dataset.place, {
    method: "POST", headers: {"Content-Type": "application/json", Accept: "application/json"},
    body: JSON.stringify({name: file.name.slice(-200), type: file.type, size: file.size}),
  }).catch(() => { throw new Error(drop.dataset.failed); });
  const said = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Error(said.error || (reply.status === 429 ? drop.dataset.busy : drop.dataset.failed));
  return said;
}

function showAddress(trial) {
  const address = new URL("/try" + query, location.href);
  address.searchParams.set("trial", trial);
  history.replaceState(null, "", address);
  for (const link of document.querySelectorAll('a[href*="back="]')) {
    const there = new URL(link.href);
    there.searchParams.set("back", address.pathname + address.search);
    link.href = there;
  }
}

async function read(file) {
  last = file;
  const mine = ++turn;
  answer.replaceChildren();
  document.getElementById("progress").hidden = false;
  document.getElementById("sent").value = 0;
  say(drop.dataset.sending, false);
  preview(file);
  try {
    const place = await placeFor(file);
    await post(place, file);
    if (mine !== turn) return;
    showAddress(place.trial);
    await htmx.ajax("POST", `/try/${place.trial}/arrived${query}`, {target: "#answer", swap: "innerHTML"});
    if (mine !== turn) return;
    if (!answer.children.length) throw new Error(drop.dataset.failed);
    document.getElementById("progress").hidden = true;
    answer.scrollIntoView({block: "nearest"});
  } catch (error) {
    if (mine === turn) say(error.message, true);
  }
}

function pick(line) {
  const text = answer.querySelector(`button.text[data-line="${line}"]`);
  const again = text.getAttribute("aria-pressed") === "true";
  for (const item of answer.querySelectorAll("button.text")) item.setAttribute("aria-pressed", String(item === text && !again));
  for (const item of answer.querySelectorAll("polygon")) item.classList.toggle("picked", item.dataset.line === line && !again);
  const caption = document.getElementById("picked");
  caption.textContent = again ? caption.dataset.hint : text.querySelector(".read").textContent;
  return text;
}

for (const input of drop.querySelectorAll('input[type="file"]')) {
  input.addEventListener("change", () => {
    if (input.files[0]) read(input.files[0]);
    input.value = "";
  });
}
document.getElementById("again").addEventListener("click", () => { if (last) read(last); });
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", kind === "dragenter" || kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files[0]) read(event.dataTransfer.files[0]);
  });
}
document.addEventListener("paste", (event) => { if (event.clipboardData.files[0]) read(event.clipboardData.files[0]); });
answer.addEventListener("click", (event) => {
  const outline = event.target.closest("polygon");
  const text = event.target.closest("button.text");
  if (text) pick(text.dataset.line);
  if (outline) pick(outline.dataset.line).scrollIntoView({block: "nearest"});
});
