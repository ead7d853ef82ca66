// What the console needs of the browser beside Blazor: the theme cookie, the palette's key, downloads, keys of the review page.
window.governance = {
  setTheme(dark) {
    document.cookie = `theme=${dark ? "dark" : "light"};path=/;max-age=31536000;samesite=lax`;
    document.documentElement.className = dark ? "dark" : "light";
  },
  onPalette(page) {
    if (this.paletteHandler) document.removeEventListener("keydown", this.paletteHandler);
    this.paletteHandler = e => {
      if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k") {
        e.preventDefault();
        page.invokeMethodAsync("OpenPaletteAsync");
      }
    };
    document.addEventListener("keydown", this.paletteHandler);
  },
};
document.addEventListener("click", e => {
  const skip = e.target.closest?.("a.skip-link");
  if (!skip) return;
  e.preventDefault();
  const main = document.getElementById("main");
  main?.setAttribute("tabindex", "-1");
  main?.focus();
});
