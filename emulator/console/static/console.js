// What a page does by itself: copy, show a secret, keys, and keep a stopped server visible. Live parts are htmx's.
"use strict";
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.selfRequestsOnly = true;

// What only a script can do is shown only where scripts run; what stands in for it, only where none do.
const tellScripts = () => {
  document.querySelectorAll("[data-script]").forEach((each) => { each.hidden = false; });
  document.querySelectorAll("[data-noscript]").forEach((each) => { each.hidden = true; });
};
tellScripts();
document.body.addEventListener("htmx:afterSwap", tellScripts);

document.addEventListener("click", (event) => {
  const copier = event.target.closest("[data-copy]");
  if (copier) {
    const source = document.getElementById(copier.dataset.copy);
    navigator.clipboard.writeText(source.dataset.secret || source.textContent).then(() => {
      document.getElementById("said").textContent = copier.dataset.done;
    });
  }
  const shower = event.target.closest("[data-show]");
  if (shower) {
    const secret = document.getElementById(shower.dataset.show);
    const isShown = shower.getAttribute("aria-pressed") === "true";
    secret.textContent = isShown ? "••••••••" : secret.dataset.secret;
    shower.setAttribute("aria-pressed", String(!isShown));
  }
});

document.addEventListener("submit", (event) => {
  const question = event.target.dataset.ask;
  if (question && !window.confirm(question)) event.preventDefault();
  if (!event.defaultPrevented && event.target.method === "post") markBusy(event);
});

// A form that is on its way says so, and is not sent twice by a double click; what it answers may be a file.
const markBusy = (event) => {
  const form = event.target, said = document.getElementById("said");
  if (form.getAttribute("aria-busy") === "true") { event.preventDefault(); return; }
  form.setAttribute("aria-busy", "true");
  said.textContent = said.dataset.busy;
  window.setTimeout(() => rest(form), 3000);
};
const rest = (form) => {
  form.removeAttribute("aria-busy");
  document.getElementById("said").textContent = "";
};
window.addEventListener("pageshow", () => document.querySelectorAll("form[aria-busy]").forEach(rest));

// The sheet of a seat has its code behind the #, where no server and no log ever sees it.
const seat = document.querySelector("form[data-seat]");
if (seat && location.hash.length > 1) {
  seat.elements.token.value = decodeURIComponent(location.hash.slice(1));
  history.replaceState(null, "", location.pathname);
  seat.requestSubmit();
}

// "/" goes to the search, j and k walk the rows, Enter opens one: nothing where somebody is typing.
document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "/") {
    const search = document.querySelector("input[type=search]");
    if (search) { event.preventDefault(); search.focus(); }
  }
  if (event.key === "j" || event.key === "k") {
    const links = [...document.querySelectorAll("tbody a.row-link")];
    const at = links.indexOf(document.activeElement) + (event.key === "j" ? 1 : -1);
    const next = links[Math.max(0, Math.min(links.length - 1, at))];
    if (next) next.focus();
  }
});

document.body.addEventListener("htmx:sendError", () => { document.getElementById("offline").hidden = false; });
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.xhr.status) document.getElementById("offline").hidden = true;
});

// Rows that somebody has chosen stay where they are until they are let go.
document.body.addEventListener("htmx:beforeRequest", (event) => {
  const rows = event.target.closest("#rows");
  if (rows && rows.querySelector("input[type=checkbox]:checked")) event.preventDefault();
});
