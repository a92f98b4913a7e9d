// Buttons marked data-masks="id of a text" put data-mask in place of what is selected there, and choose the answer that goes with it.

function ready(root) {
  for (const button of root.querySelectorAll("[data-masks]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-masks]");
  const text = button && document.getElementById(button.dataset.masks);
  if (!text) return;
  if (text.selectionStart !== text.selectionEnd) {
    text.setRangeText(button.dataset.mask, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    const choice = text.form?.querySelector('input[name="outcome"][value="masked"]');
    if (choice) choice.checked = true;
  }
  text.focus();
});

ready(document);
