// What every page does: busy buttons, dialogs, copy, reveal, toasts, tables on a phone, forms not yet sent, shortcuts.

const editable = (element) => element?.closest?.("input, textarea, select, [contenteditable=true]");

// Busy buttons: a form is sent once
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.submitter?.formTarget === "_blank") return; // the answer opens beside, the form is still being written
  delete form.dataset.dirty;
  if (event.defaultPrevented || form.dataset.busy === "off" || form.method === "dialog") return;
  setTimeout(() => {
    for (const button of form.querySelectorAll("button:not([type=button])")) {
      button.disabled = true;
      if (button === event.submitter) button.setAttribute("aria-busy", "true");
    }
  });
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[aria-busy]")) {
    button.removeAttribute("aria-busy");
    for (const other of button.form?.querySelectorAll("button") ?? [button]) other.disabled = false;
  }
});

// Dialogs, copy, reveal, focus mode
async function copy(button) {
  const source = button.dataset.copyFrom ? document.getElementById(button.dataset.copyFrom).textContent.trim() : button.dataset.copy;
  await navigator.clipboard.writeText(source);
  const label = button.querySelector("span") ?? button;
  const before = label.textContent;
  label.textContent = button.dataset.copied;
  setTimeout(() => { label.textContent = before; }, 2500);
}

function reveal(button) {
  const input = document.getElementById(button.dataset.reveal);
  const shown = input.type === "text";
  input.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
}

function focusMode(button) {
  const on = document.documentElement.toggleAttribute("data-focus");
  for (const other of document.querySelectorAll("[data-focus-mode]")) other.setAttribute("aria-pressed", String(on));
  button.closest("[data-editor]")?.querySelector("textarea")?.focus();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button, [data-closes]");
  if (!button) return;
  const data = button.dataset;
  if ("opens" in data) { button.closest("[popover]")?.hidePopover(); openDialog(data.opens); }
  if ("closes" in data) button.closest("dialog")?.close();
  if ("copy" in data || "copyFrom" in data) copy(button);
  if ("reveal" in data) reveal(button);
  if ("focusMode" in data) focusMode(button);
  if ("dismiss" in data) button.closest("[data-toast]").remove();
  if ("print" in data) print();
});

function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  if (id === "shortcuts") listShortcuts(dialog.querySelector("[data-shortcut-list]"));
  dialog.showModal();
}

// A click beside a dialog closes it, unless it asks a question that needs an answer
document.addEventListener("mousedown", (event) => {
  if (event.target instanceof HTMLDialogElement && event.target.querySelector("header [data-closes]")) event.target.close();
});

// Toasts: the server answers an htmx request with HX-Trigger {"toast": {"text": "…", "undo": "/address/"}}
function toast({ text, undo }) {
  const tray = document.getElementById("toasts");
  const box = document.createElement("div");
  box.className = "toast";
  box.dataset.toast = "";
  const words = document.createElement("span");
  words.textContent = text;
  box.append(words);
  if (undo) box.append(toastButton(tray.dataset.undo, () => { window.htmx.ajax("POST", undo, { swap: "none" }); box.remove(); }));
  box.append(toastButton(tray.dataset.close, () => box.remove()));
  tray.append(box);
  fade(box);
}

function toastButton(label, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.textContent = label;
  button.addEventListener("click", act);
  return button;
}

// Ten seconds, but never while the pointer or the keyboard is on it
function fade(box) {
  let timer;
  const start = () => { timer = setTimeout(() => box.remove(), 10000); };
  const stop = () => clearTimeout(timer);
  for (const name of ["mouseenter", "focusin"]) box.addEventListener(name, stop);
  for (const name of ["mouseleave", "focusout"]) box.addEventListener(name, start);
  start();
}
document.addEventListener("toast", (event) => toast(event.detail));
for (const name of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(name, (event) => event.detail.xhr?.status === 423 || toast({ text: document.getElementById("toasts").dataset.failed }));
}
for (const box of document.querySelectorAll("#toasts [data-toast]")) fade(box);

// Tables turn to cards on a phone: each cell says its column, and keeps its role when CSS changes its display
function readableTables(root) {
  for (const table of root.querySelectorAll?.(".table table") ?? []) {
    const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
    const roles = { table: "table", thead: "rowgroup", tbody: "rowgroup", tfoot: "rowgroup", tr: "row", td: "cell" };
    table.setAttribute("role", "table");
    for (const [name, role] of Object.entries(roles)) for (const part of table.querySelectorAll(name)) part.setAttribute("role", role);
    for (const head of table.querySelectorAll("th")) head.setAttribute("role", head.closest("thead") ? "columnheader" : "rowheader");
    for (const row of table.querySelectorAll("tbody tr, tfoot tr")) {
      if (row.cells.length === heads.length) [...row.cells].forEach((cell, i) => { cell.dataset.label ??= heads[i]; });
    }
  }
}
readableTables(document);
document.addEventListener("htmx:load", (event) => readableTables(event.detail.elt.parentElement ?? event.detail.elt));

// A form marked data-warn that was typed in and not sent asks before it is left
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-warn]");
  if (form) form.dataset.dirty = "";
});
addEventListener("beforeunload", (event) => {
  if (document.querySelector("form[data-dirty]")) event.preventDefault();
});
document.addEventListener("vault:before-lock", (event) => {
  if (document.querySelector("form[data-dirty]")) event.detail.waitUntil(Promise.reject(new Error("not sent")));
});

// Shortcuts: data-shortcut="n" or "g c"; off with data-shortcuts="off" on <html>
let first = "";
let firstAt = 0;

function listShortcuts(list) {
  list.replaceChildren();
  for (const element of document.querySelectorAll("[data-shortcut]")) {
    const row = document.createElement("div");
    const keys = document.createElement("dt");
    for (const key of element.dataset.shortcut.split(" ")) {
      const cap = document.createElement("kbd");
      cap.textContent = key;
      keys.append(cap, " ");
    }
    const meaning = document.createElement("dd");
    meaning.textContent = element.dataset.shortcutLabel ?? element.getAttribute("aria-label") ?? element.textContent.trim();
    row.append(keys, meaning);
    list.append(row);
  }
}

document.addEventListener("keydown", (event) => {
  const off = document.documentElement.dataset.shortcuts === "off";
  if (off || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || editable(event.target)) return;
  if (document.querySelector("dialog[open], [popover]:popover-open")) return;
  if (event.key === "?") { event.preventDefault(); openDialog("shortcuts"); return; }
  const pair = Date.now() - firstAt < 1500 ? `${first} ${event.key}` : "";
  first = event.key;
  firstAt = Date.now();
  const find = (keys) => keys && [...document.querySelectorAll("[data-shortcut]")].find((one) => one.dataset.shortcut === keys);
  const target = find(pair) || find(event.key);
  if (!target) return;
  event.preventDefault();
  first = "";
  if (target.matches("input, textarea")) target.focus(); else target.click();
});

// After an error the first wrong field has the focus; where no field is wrong, the sentence that says what is
const sentence = document.querySelector("main [role=alert]");
if (sentence) sentence.tabIndex = -1;
(document.querySelector("[aria-invalid=true]") ?? (document.activeElement === document.body ? sentence : null))?.focus();

// htmx notes the page's address in the browser's storage as it loads; nothing stays there
try { sessionStorage.removeItem("htmx-current-path-for-history"); } catch { /* no storage, so nothing in it */ }
