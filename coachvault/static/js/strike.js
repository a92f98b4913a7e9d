// A text to be struck sentence by sentence: each button strikes its sentence out of the text below, or puts it back.
// Once the text was changed by hand it is changed there alone, until one starts again from what was proposed.

for (const list of document.querySelectorAll("[data-strikes]")) {
  const form = list.closest("form");
  const text = form.querySelector("[data-struck-into]");
  const again = form.querySelector("[data-strike-again]");
  const parts = [...list.querySelectorAll("[data-sentence]")];
  const whole = parts.map((part) => part.textContent).join("");

  const left = () => parts.filter((part) => !part.parentElement.classList.contains("struck")).map((part) => part.textContent).join("").replace(/\n{3,}/g, "\n\n").trim();

  const mark = (button, isStruck) => {
    button.parentElement.classList.toggle("struck", isStruck);
    button.setAttribute("aria-pressed", String(isStruck));
    button.querySelector("span").textContent = isStruck ? list.dataset.back : list.dataset.strike;
  };
  const show = (isByHand) => {
    list.hidden = isByHand;
    again.hidden = !isByHand;
  };

  list.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    mark(button, !button.parentElement.classList.contains("struck"));
    text.value = left();
    form.dataset.dirty = "";
  });
  text.addEventListener("input", () => show(true));
  again.addEventListener("click", () => {
    for (const button of list.querySelectorAll("button")) mark(button, false);
    text.value = whole;
    show(false);
    list.querySelector("button")?.focus();
  });
  show(text.value.trim() !== whole.trim());
}
