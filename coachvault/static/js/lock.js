// The vault on screen: countdown, warning two minutes before, Esc Esc, unlocking in place. Nothing is kept in the browser.

const bar = document.querySelector("[data-vault]");
const form = document.querySelector("[data-lock-form]");
const unlocking = document.getElementById("unlock");
const soon = document.getElementById("lock-soon");
const unsaved = document.getElementById("lock-unsaved");
const tabs = "BroadcastChannel" in window ? new BroadcastChannel("vault") : null;
const skew = bar ? Number(bar.dataset.now) * 1000 - Date.now() : 0;
let lockAt = bar?.dataset.lockAt ? Number(bar.dataset.lockAt) * 1000 - skew : null;
let warned = false;
let locked = false;

// Anybody with something to save calls event.detail.waitUntil(promise)
async function saveAll() {
  const waits = [];
  const event = new CustomEvent("vault:before-lock", { cancelable: true, detail: { waitUntil: (promise) => waits.push(promise) } });
  if (!document.dispatchEvent(event)) return false;
  const late = () => new Promise((_, refuse) => { setTimeout(() => refuse(new Error("late")), 5000); });
  const ends = await Promise.allSettled(waits.map((wait) => Promise.race([wait, late()])));
  return ends.every((end) => end.status === "fulfilled");
}

function leave(tell = true) {
  for (const dirty of document.querySelectorAll("form[data-dirty]")) delete dirty.dataset.dirty;
  document.dispatchEvent(new CustomEvent("vault:leaving"));
  if (tell) tabs?.postMessage("locked");
  form.submit();
}

async function lock() {
  if (!form || locked) return;
  if (await saveAll()) leave();
  else if (!unsaved.open) unsaved.showModal();
}

// The time is up: with everything saved the page goes; otherwise it stays, covered, until the passphrase is given
async function timeUp(tell = true) {
  if (locked) return;
  locked = true;
  if (await saveAll()) leave(tell);
  else askPassphrase(true);
}

function askPassphrase(cover) {
  locked = true;
  soon?.close();
  unlocking.classList.toggle("cover", cover);
  if (!unlocking.open) unlocking.showModal();
}

function show(seconds) {
  const narrow = matchMedia("(max-width: 48rem)").matches;
  const minutes = Math.ceil(seconds / 60);
  const { inMinutes, inSeconds, shortMinutes, shortSeconds } = bar.dataset;
  const text = seconds > 90 ? (narrow ? shortMinutes : inMinutes).replace("{n}", minutes) : (narrow ? shortSeconds : inSeconds).replace("{n}", seconds);
  const place = bar.querySelector("[data-countdown]");
  if (place.textContent !== text) place.textContent = text;
  bar.toggleAttribute("data-soon", seconds <= 120);
}

function tick() {
  if (lockAt === null || locked) return;
  const seconds = Math.max(0, Math.round((lockAt - Date.now()) / 1000));
  show(seconds);
  if (seconds <= 120 && !warned) {
    warned = true;
    if (!document.querySelector("dialog[open]")) soon.showModal();
  }
  if (seconds <= 3) timeUp();
}

// An answer that kept the vault open says until when in X-Lock-At, in seconds since 1970
function stayOpenUntil(at, tell = true) {
  if (!at) return;
  lockAt = Number(at) * 1000 - skew;
  if (lockAt - Date.now() > 125000) {
    warned = false;
    if (soon?.open) soon.close();
  }
  if (tell) tabs?.postMessage(Number(at));
  tick();
}

async function stay() {
  soon.close();
  try {
    const answer = await fetch(bar.dataset.stayUrl, { headers: { "X-Requested-With": "stay" } });
    if (answer.status === 423) askPassphrase(false);
    else stayOpenUntil(answer.headers.get("X-Lock-At"));
  } catch { /* no connection: the countdown goes on and says so itself */ }
}

// Unlocking in place: 204 open; anything else says why in {"error"}; a redirect means that the sign-in has ended
async function unlock(event) {
  event.preventDefault();
  const asked = event.target;
  const problem = unlocking.querySelector("[role=alert]");
  const button = asked.querySelector("button.primary, [data-use]");
  problem.textContent = "";
  button.disabled = true;
  try {
    const answer = await fetch(unlocking.dataset.unlockUrl, {
      method: "POST",
      redirect: "manual",
      body: new URLSearchParams(new FormData(asked)),
      headers: { Accept: "application/json", "X-Requested-With": "unlock", "X-CSRFToken": asked.csrfmiddlewaretoken.value },
    });
    if (answer.status === 204) return opened(asked, answer.headers.get("X-Lock-At"));
    const said = await answer.json().catch(() => ({}));
    problem.textContent = said.error ?? unlocking.dataset.signedOut;
  } catch {
    problem.textContent = unlocking.dataset.noConnection;
  } finally {
    button.disabled = false;
  }
}

function opened(asked, at) {
  asked.reset();
  locked = false;
  warned = false;
  unlocking.close();
  stayOpenUntil(at);
  document.dispatchEvent(new CustomEvent("vault:unlocked"));
}

// Esc Esc: not while a dialog, a menu or a list is open, where Esc means something else
let escapeAt = 0;
function escapes(event) {
  if (event.key !== "Escape") { escapeAt = 0; return; }
  const busy = document.querySelector("dialog[open], [popover]:popover-open, [role=listbox]:not([hidden]), [role=combobox][aria-expanded=true]");
  if (busy || event.isComposing || event.repeat || event.target.closest?.("select")) { escapeAt = 0; return; }
  if (Date.now() - escapeAt < 700) { escapeAt = 0; lock(); } else escapeAt = Date.now();
}

if (bar) {
  document.addEventListener("keydown", escapes, true);
  form.addEventListener("submit", (event) => { event.preventDefault(); lock(); });
  unlocking.querySelector("form").addEventListener("submit", unlock);
  unlocking.querySelector("[data-in-place]")?.addEventListener("passkey:answered", unlock);
  // Behind a covered page there is nothing to go back to but the passphrase
  unlocking.addEventListener("cancel", (event) => { if (unlocking.classList.contains("cover")) event.preventDefault(); });
  unlocking.querySelector("[data-closes]").addEventListener("click", (event) => {
    if (unlocking.classList.contains("cover")) { event.stopPropagation(); leave(); }
  });
  soon.querySelector("[data-stay]").addEventListener("click", stay);
  for (const button of document.querySelectorAll("[data-lock-now]")) button.addEventListener("click", () => { soon.close(); lock(); });
  document.querySelector("[data-lock-anyway]").addEventListener("click", () => leave());
  document.addEventListener("vault:locked", () => askPassphrase(false));
  document.addEventListener("vault:open-until", (event) => stayOpenUntil(event.detail));
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) stayOpenUntil(event.detail.xhr.getResponseHeader("X-Lock-At")); });
  document.addEventListener("htmx:responseError", (event) => { if (event.detail.xhr.status === 423) askPassphrase(false); });
  tabs?.addEventListener("message", ({ data }) => { if (data === "locked") timeUp(false); else stayOpenUntil(data, false); });
  document.addEventListener("visibilitychange", tick);
  setInterval(tick, 1000);
  tick();
}
