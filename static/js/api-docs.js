// Swagger has a dark sheet of its own, and waits for a class. Not deferred, or the page would flash.
const html = document.documentElement;
const night = matchMedia("(prefers-color-scheme: dark)");
const paint = () =>
  html.classList.toggle("dark-mode", html.dataset.theme ? html.dataset.theme === "dark" : night.matches);
night.addEventListener("change", paint);
paint();
