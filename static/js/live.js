// Ma journée et le poste du spécialiste se mettent à jour seuls, sans déplacer le point de saisie ni refermer ce qui est ouvert.
(function () {
  "use strict";
  var AT = (window.AT = window.AT || {});
  var EVERY = 30000;
  var frozen = false, waiting = null;

  function host() { return document.querySelector("[data-live]"); }
  function board() { return document.getElementById("board"); }

  function poll() {
    if (frozen || document.hidden || document.querySelector("dialog[open]")) return;
    fetch(host().dataset.live, {
      credentials: "same-origin",
      headers: { "HX-Request": "true", "X-AT-Poll": "1", "X-AT-Signature": board().dataset.signature },
    }).then(function (response) {
      if (response.status === 401) return AT.sessionClosed();
      if (response.status === 204) { fresh(); return; }
      if (!response.ok) return;
      return response.text().then(function (html) { receive(new DOMParser().parseFromString(html, "text/html")); fresh(); });
    }).catch(function () { /* le réseau reviendra : l’heure « À jour » ne bouge pas et le dit */ });
  }

  function fresh() {
    var now = new Date(), words = ("0" + now.getHours()).slice(-2) + ":" + ("0" + now.getMinutes()).slice(-2);
    var clock = document.querySelector("[data-clock]"), shown = clock && /(\d\d:\d\d)$/.exec(clock.textContent);
    document.querySelectorAll("[data-fresh], [data-now]").forEach(function (node) { node.textContent = shown ? shown[1] : words; });
  }

  function marks(root) {
    var found = {};
    root.querySelectorAll("[data-mark]").forEach(function (line) { found[line.id] = line.dataset.mark; });
    return found;
  }

  // Tant qu’une ligne a le point de saisie, son ordre ne bouge pas : on propose d’afficher.
  function receive(next) {
    var here = board(), there = next.getElementById("board");
    if (!there) return;
    var before = marks(here), after = marks(there), changes = 0;
    Object.keys(after).forEach(function (id) { if (before[id] !== after[id]) changes += 1; });
    Object.keys(before).forEach(function (id) { if (!(id in after)) changes += 1; });
    AT.announce(news(here, there));
    rail(next);
    if (here.contains(document.activeElement)) { if (changes) hold(next, changes); else times(next); return; }
    swap(next);
  }

  // Seules les heures ont passé : rien ne bouge sous le point de saisie.
  function times(next) {
    next.querySelectorAll("[data-mark]").forEach(function (line) {
      var known = document.getElementById(line.id), left = known && known.querySelector(".at-left");
      if (left && !left.contains(document.activeElement)) left.replaceWith(line.querySelector(".at-left"));
    });
    board().dataset.signature = next.getElementById("board").dataset.signature;
  }

  function hold(next, changes) {
    waiting = next;
    var bar = document.querySelector("[data-changes]");
    bar.hidden = false;
    bar.querySelector("button").textContent = changes + " changement" + (changes > 1 ? "s" : "") + ", afficher";
  }

  function swap(next) {
    var here = board(), there = next.getElementById("board"), open = {};
    waiting = null;
    document.querySelector("[data-changes]").hidden = true;
    here.querySelectorAll("details[id]").forEach(function (node) { open[node.id] = node.open; });
    // Une ligne inchangée reste le même nœud : sélection, survol et lecture en cours y survivent.
    there.querySelectorAll("[data-mark]").forEach(function (line) {
      var known = document.getElementById(line.id);
      if (!known || known.dataset.mark !== line.dataset.mark || known.className !== line.className) return;
      if (known.querySelector(".at-left")) known.querySelector(".at-left").replaceWith(line.querySelector(".at-left"));
      var button = known.querySelector(".at-line-do .btn"), other = line.querySelector(".at-line-do .btn");
      if (button && other) button.className = other.className;
      line.replaceWith(known);
    });
    there.querySelectorAll("details[id]").forEach(function (node) { if (open[node.id]) node.open = true; });
    sums(next);
    here.dataset.signature = there.dataset.signature;
    document.querySelector("[data-next-action]").textContent = there.dataset.next;
    here.replaceChildren.apply(here, Array.from(there.childNodes));
    AT.distances();
  }

  // Les compteurs : le lien qui a le point de saisie le garde.
  function sums(next) {
    var here = document.getElementById("sums"), there = next.getElementById("sums");
    var focused = here.contains(document.activeElement) && document.activeElement.getAttribute("href");
    here.replaceChildren.apply(here, Array.from(there.childNodes));
    var again = focused && here.querySelector('a[href="' + focused + '"]');
    if (again) again.focus();
  }

  function rail(next) {
    var here = document.getElementById("rail-unread"), there = next.getElementById("rail-unread");
    if (!here || !there || here.contains(document.activeElement)) return;
    here.replaceWith(there);
    var count = document.querySelector('[data-count="inbox"]'), unread = +there.dataset.unread;
    if (count && unread) count.firstChild.textContent = unread;
    else if (count) count.remove();
  }

  // Une phrase au plus, et rien quand rien n’est nouveau.
  function news(here, there) {
    var fresh = [];
    ["late", "now"].forEach(function (name) {
      var known = {}, old = here.querySelector('[data-section="' + name + '"]'), section = there.querySelector('[data-section="' + name + '"]');
      if (old) old.querySelectorAll("[data-line]").forEach(function (line) { known[line.id] = true; });
      if (section) section.querySelectorAll("[data-line]").forEach(function (line) { if (!known[line.id]) fresh.push({ line: line, late: name === "late" }); });
    });
    if (fresh.length === 1) return (fresh[0].late ? "1 rappel en retard : " : "1 nouveau rappel à faire : ") + fresh[0].line.dataset.say + ".";
    if (fresh.length) return fresh.length + " nouveaux rappels à faire.";
    var added = [];
    there.querySelectorAll("[data-line]").forEach(function (line) { if (!document.getElementById(line.id)) added.push(line); });
    if (added.length === 1) return (host().dataset.newOne || "1 nouveau dossier") + " : " + added[0].dataset.say + ".";
    if (added.length) return added.length + " " + (host().dataset.newMany || "nouveaux dossiers") + ".";
    var rail = document.getElementById("rail-unread"), other = there.ownerDocument.getElementById("rail-unread");
    var more = rail && other ? +other.dataset.unread - +rail.dataset.unread : 0;
    if (more > 0) return more + (more > 1 ? " nouveaux messages." : " nouveau message.");
    return "";
  }

  document.addEventListener("DOMContentLoaded", function () {
    if (!host()) return;
    var freeze = document.querySelector("[data-freeze]");
    freeze.hidden = false;
    freeze.addEventListener("click", function () {
      frozen = !frozen;
      freeze.setAttribute("aria-pressed", frozen ? "true" : "false");
      AT.announce(frozen ? "La liste est figée." : "La liste se met à jour.");
      if (!frozen) poll();
    });
    document.querySelector("[data-changes-show]").addEventListener("click", function () {
      if (waiting) swap(waiting);
      var first = document.querySelector("[data-line] .at-line-title");
      if (first) first.focus();
    });
    document.addEventListener("visibilitychange", function () { if (!document.hidden) poll(); });
    AT.poll = poll;
    window.setInterval(poll, EVERY);
  });
})();
