// Buttons marked data-insert="{field}" put it where the caret was last in the text beside them.

function ready(root) {
  for (const button of root.querySelectorAll("[data-insert]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-insert]");
  const text = button?.closest("li.own")?.querySelector("[data-takes-fields]");
  if (!text) return;
  text.setRangeText(button.dataset.insert, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
});

ready(document);
document.addEventListener("htmx:load", (event) => ready(event.detail.elt));
