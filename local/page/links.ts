/** Links within the page: to the calls behind a figure. */

import { hrefOf, type Filter } from './address.ts'
import { h } from './elements.ts'

/** The row's name, leading to its calls. */
export function callsLink(text: string, filter: Filter, hint = 'Show its calls'): HTMLElement {
  return h('a', { class: 'calls', href: hrefOf('calls', filter), title: hint }, text)
}

/** Lets links within the page change what is shown without loading it anew. */
export function followLinks(moved: () => void): void {
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a') : null
    const plain = !event.metaKey && !event.ctrlKey && !event.shiftKey && event.button === 0
    const href = link?.getAttribute('href') ?? ''
    if (!plain || !href.startsWith('?')) return
    event.preventDefault()
    go(href, moved)
    scrollTo(0, 0)
  })
  addEventListener('popstate', moved)
}

export function go(href: string, moved: () => void): void {
  history.pushState(null, '', href)
  moved()
}
