// The signing page: a name drawn instead of typed alone, and a word to the server when the last page was on screen.
const { SignaturePad } = window;

for (const box of document.querySelectorAll("[data-drawing]")) {
  const canvas = box.querySelector("canvas");
  const kept = box.closest("form").elements.drawing;
  const pad = new SignaturePad(canvas, { penColor: getComputedStyle(canvas).color, minDistance: 3 });

  const fit = () => {
    const scale = Math.max(devicePixelRatio, 1);
    const strokes = pad.toData();
    canvas.width = canvas.clientWidth * scale;
    canvas.height = canvas.clientHeight * scale;
    canvas.getContext("2d").scale(scale, scale);
    pad.fromData(strokes);
  };
  const keep = () => {
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    const part = (value, whole) => Math.min(1, Math.max(0, Math.round((value / whole) * 1e4) / 1e4));
    const strokes = pad.toData().map((stroke) => stroke.points.map((point) => [part(point.x, width), part(point.y, height)]));
    kept.value = strokes.length ? JSON.stringify(strokes) : "";
  };

  pad.addEventListener("endStroke", keep);
  box.querySelector("[data-clear]").addEventListener("click", () => { pad.clear(); keep(); });
  box.addEventListener("toggle", () => box.open && fit());
  addEventListener("resize", () => box.open && fit());
}

const last = document.querySelector("[data-last-page]");
if (last) {
  const said = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    said.disconnect();
    const body = new FormData();
    body.set("step", "read");
    body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    fetch(location.href, { method: "POST", body, headers: { "X-Requested-With": "read" } });
  }, { threshold: 0.4 });
  said.observe(last);
}
