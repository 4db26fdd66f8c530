// Runs in JupyterLab's page before JupyterLab does.
(() => {
  const say = sentence => addEventListener('DOMContentLoaded', () => {
    const words = document.createElement('p');
    words.setAttribute('role', 'alert');
    words.id = 'course-cannot-start';
    words.style.cssText = 'position: fixed; inset: 0; z-index: 2000; margin: 0; padding: 20vh 10vw;'
      + ' background: #fff; color: #1b1f24; font: 1.25rem/1.6 system-ui, sans-serif;';
    words.textContent = sentence;
    document.body.append(words);
  });

  // Without storage JupyterLab waits for ever and says nothing.
  let stored = false;
  try {
    stored = Boolean(window.localStorage && window.indexedDB);
  } catch {}  // as for a page within another site's, in a browser that keeps those apart
  if (!stored) {
    say('The course cannot start, because this browser gives the page no storage. If the page is '
      + 'shown inside another site, open it in a tab of its own; otherwise allow this site to '
      + 'store data, and reload.');
  } else if (typeof WebAssembly !== 'object') {
    say('The course cannot start, because this browser cannot run WebAssembly: use a current '
      + 'version of Firefox, Chrome, Edge or Safari.');
  }

  // JupyterLab tidies its address several times; the way back to the page before stays one step.
  history.pushState = history.replaceState.bind(history);

  // On a phone the list of files would leave the notebook a few letters' width. It opens late in
  // the start, whatever the layout was; once somebody has touched the page, it is theirs.
  const narrow = matchMedia('(max-width: 760px)');
  const watching = setInterval(() => {
    const shell = window.jupyterapp?.shell;
    if (narrow.matches && shell && !shell.leftCollapsed) shell.collapseLeft();
  }, 100);
  for (const act of ['pointerdown', 'keydown']) {
    addEventListener(act, () => clearInterval(watching), {capture: true, once: true});
  }
})();
