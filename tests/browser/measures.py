"""What is measured on each page: scripts that run in it and give what is wrong, as text."""

TOO_WIDE = """() => { const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > width + 1
    || e.getBoundingClientRect().left < -1).filter(e => !e.closest('.skip, .rooms'))
    .slice(0, 4).map(e => e.outerHTML.slice(0, 120)); }"""
"""What leaves the page sideways."""

TOO_SMALL = """() => [...document.querySelectorAll('a,button,input,select,textarea,summary,label.pick')].filter(e => {
    const box = e.getBoundingClientRect();
    if (!box.width || e.closest('.sr') || e.matches('.skip') || e.type === 'hidden') return false;
    if (e.matches('input[type=checkbox],input[type=radio]')) return !e.closest('label');
    if (e.matches('a') && getComputedStyle(e).display === 'inline') return false;
    return box.height < 43.5; }).map(e => e.outerHTML.slice(0, 120))"""
"""What is lower than a finger needs: 44 px, links within a sentence apart (WCAG 2.2, 2.5.8)."""

UNREADABLE = """() => { const channels = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => channels(colour).slice(0, 3).map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, n) => sum + c * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = e => { for (; e; e = e.parentElement) { const colour = getComputedStyle(e).backgroundColor;
    if ((channels(colour)[3] ?? 1) === 1) return colour; } return 'rgb(255, 255, 255)'; };
  return [...document.querySelectorAll('body *')].filter(e => !e.closest('svg') && e.getClientRects().length
      && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
    .filter(e => { const [a, b] = [light(getComputedStyle(e).color), light(behind(e))];
      return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5; })
    .slice(0, 4).map(e => e.outerHTML.slice(0, 120)); }"""
"""Text whose contrast with what is behind it is under 4.5 (WCAG 2.2, 1.4.3)."""

NAMELESS = """() => { const said = e => e.getAttribute('aria-label') || e.getAttribute('aria-labelledby')
    || e.labels?.length || e.textContent.trim();
  const found = [...document.querySelectorAll('img,svg,a[href],button,summary,input,select,textarea')]
    .filter(e => !e.closest('[aria-hidden=true], [role=img] *') && !['hidden', 'submit'].includes(e.type)
      && !e.parentElement.closest('svg'))
    .filter(e => e.matches('img') ? !e.hasAttribute('alt')
      : e.matches('svg') ? !['img', 'group'].includes(e.getAttribute('role')) || !said(e) : !said(e));
  const titles = document.querySelectorAll('h1:not([inert] h1)').length;
  return [...found.map(e => e.outerHTML.slice(0, 120)), ...(titles === 1 ? [] : [`${titles} h1`])]; }"""
"""Pictures, links, buttons and inputs without a name, and a page without its one title (WCAG 2.2, 1.1.1, 2.4.6, 4.1.2)."""
