// Keys of the review page. Letters typed into a field are text, and nothing is taken from the browser's own shortcuts.
const decisions = "crxdo";
const moves = "jkz?";

export function listen(page) {
  const onKey = e => {
    const typing = e.target.closest?.("input, textarea, select, [contenteditable=true], [role=dialog]");
    if (typing) {
      if (e.key === "Escape" || (e.key === "Enter" && (e.ctrlKey || e.metaKey))) {
        e.preventDefault();
        page.invokeMethodAsync("KeyAsync", e.key === "Escape" ? "Escape" : "Submit");
      }
      return;
    }
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
    if (key === "Escape" || moves.includes(key) || (decisions.includes(key) && !e.repeat)) {
      e.preventDefault();
      page.invokeMethodAsync("KeyAsync", key);
    }
  };
  document.addEventListener("keydown", onKey);
  return { stop: () => document.removeEventListener("keydown", onKey) };
}

export function reveal(id) {
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  document.getElementById(id)?.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
}

export function focus(id) {
  document.getElementById(id)?.focus();
}
