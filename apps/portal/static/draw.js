// Makes a draw again in the reader's own browser, from the published files alone: the same as recompute_draw.py.
"use strict";
(() => {
  const box = document.getElementById("check");
  if (!box || !window.crypto?.subtle) return; // browsers have it under https and on localhost only
  const result = box.querySelector(".result");
  const button = box.querySelector("button");

  async function sha256(bytes) {
    const digest = await crypto.subtle.digest("SHA-256", bytes);
    return [...new Uint8Array(digest)].map(byte => byte.toString(16).padStart(2, "0")).join("");
  }
  const digestOf = text => sha256(new TextEncoder().encode(text));

  async function isSame(list, draw) {
    const listHash = await sha256(list);
    const seed = `${draw.secret}\n${listHash}\n${draw.public_value}\n`;
    const left = new TextDecoder().decode(list).split("\n").filter(line => line.endsWith("\teligible")).map(line => line.split("\t")[1]);
    const numbers = 2n ** 256n;
    const order = [];
    for (let counter = 0; left.length && order.length < draw.order.length; counter++) {
      const number = BigInt(`0x${await digestOf(`${seed}${counter}`)}`);
      const people = BigInt(left.length);
      if (number < numbers - numbers % people) order.push(...left.splice(Number(number % people), 1));
    }
    return await digestOf(draw.secret) === draw.commitment && listHash === draw.list_hash && order.join() === draw.order.join();
  }

  async function file(address) {
    const answer = await fetch(address);
    if (!answer.ok) throw new Error(answer.statusText);
    return answer;
  }

  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const list = await (await file(box.dataset.list)).arrayBuffer();
      const draw = await (await file(box.dataset.draw)).json();
      result.textContent = await isSame(list, draw) ? result.dataset.same : result.dataset.other;
    } catch {
      result.textContent = result.dataset.failed;
    }
    button.disabled = false;
  });
  box.hidden = false;
})();
