// The URL is the state: `/?view=order&id=…`. Only `/` has to be served.

let listener = () => {};

/** Who is told when the URL has changed. */
export function onNavigation(call) {
  listener = call;
  addEventListener("popstate", () => listener());
}

export function parameters() {
  return Object.fromEntries(new URLSearchParams(location.search));
}

/** A link to a view. What is empty is left out; the wall screen stays one. */
export function href(wanted) {
  const query = new URLSearchParams();
  const { wall } = parameters();
  for (const [name, value] of Object.entries({ wall, ...wanted })) {
    if (value !== undefined && value !== null && value !== "") query.set(name, value);
  }
  const text = query.toString();
  return text ? `?${text}` : "./";
}

export function go(wanted, { replace = false } = {}) {
  const target = href(wanted);
  if (replace) history.replaceState(null, "", target);
  else history.pushState(null, "", target);
  listener();
}

/** Changes some parameters of the view that is open. */
export function change(some, options) {
  go({ ...parameters(), ...some }, options);
}

/** Links of the page's own are followed without loading it again. */
export function followLinks() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const target = new URL(link.href);
    const own = target.origin === location.origin && target.pathname === location.pathname;
    if (!own || link.hasAttribute("download") || link.target || target.hash) return;
    event.preventDefault();
    history.pushState(null, "", target.search || target.pathname);
    listener();
  });
}
