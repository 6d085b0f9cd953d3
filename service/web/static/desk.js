// Says so where more cases were asked for and did not come; the link works without any script.
"use strict";

const wrong = document.getElementById("wrong");
for (const kind of ["htmx:error", "htmx:response:error"]) {
  document.addEventListener(kind, () => {
    wrong.textContent = "The service does not answer. Wait a moment, then try again.";
  });
}
document.addEventListener("htmx:before:request", () => {
  wrong.textContent = "";
});
