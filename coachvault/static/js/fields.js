// Buttons marked data-insert="{field}" put it where the caret was last, in a text that takes fields.

let last = null;

function ready(root) {
  for (const button of root.querySelectorAll("[data-insert]")) button.hidden = false;
}

document.addEventListener("focusin", (event) => {
  if (event.target.matches?.("[data-takes-fields]")) last = event.target;
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-insert]");
  if (!button) return;
  const text = last?.isConnected ? last : document.querySelector("[data-takes-fields]");
  if (!text) return;
  text.setRangeText(button.dataset.insert, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
});

ready(document);
document.addEventListener("htmx:load", (event) => ready(event.detail.elt));
