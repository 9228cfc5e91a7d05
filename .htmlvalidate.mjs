// html-validate reads the pages that tools/render_pages.py writes to build/pages.
import { defineConfig } from "html-validate";

export default defineConfig({
  root: true,
  extends: ["html-validate:recommended", "html-validate:document"],
  rules: {
    "doctype-style": ["error", { style: "lowercase" }],
    // The navigation has a heading of its own before the h1.
    "heading-level": ["error", { minInitialRank: "h2" }],
    // Style sheets and scripts come from this site.
    "require-sri": ["error", { target: "crossorigin" }],
    // The bars of a usage report have their width as a style.
    "no-inline-style": ["error", { allowedProperties: ["width"] }],
    // The style sheet keeps numbers on one line, and a copied number must have plain hyphens.
    "tel-non-breaking": "off",
  },
});
