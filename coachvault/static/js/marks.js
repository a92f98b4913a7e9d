// Marks as a person what is selected in the text: by the button, or by Ctrl+K. With nothing selected the small form waits for a name.

const LONGEST = 120;
const text = document.querySelector("[data-editor] [data-text]");
const button = document.querySelector("[data-mark]");

function mark() {
  const form = document.querySelector("[data-mark-form]");
  const name = form.elements.name;
  const selected = text.value.slice(text.selectionStart, text.selectionEnd).replace(/\s+/g, " ").trim();
  form.closest("details")?.setAttribute("open", "");
  if (document.documentElement.hasAttribute("data-focus")) document.querySelector("[data-focus-mode]")?.click();
  if (selected) name.value = selected.slice(0, LONGEST + 1);
  if (selected && selected.length <= LONGEST) form.requestSubmit();
  else name.focus();
}

if (text && button) {
  button.hidden = false;
  button.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays where it is
  button.addEventListener("click", mark);
  text.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    mark();
  });
}
