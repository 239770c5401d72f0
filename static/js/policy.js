// Loaded before htmx: under require-trusted-types-for the browser lets it swap in nothing without
// this policy. What the server sends is already escaped; scripts are never made from text.
if (window.trustedTypes?.createPolicy) {
  trustedTypes.createPolicy("default", { createHTML: (html) => html });
}
