/** Making elements: text is always text, never markup, since names in it come from applications. */

type Child = Node | string | false | undefined

interface Properties {
  readonly [name: string]: string | number | boolean | undefined | ((event: Event) => void)
}

/** `class`, `scope` … are attributes; a function is a listener for the event of its name. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(properties)) {
    if (typeof value === 'function') element.addEventListener(name, value)
    else if (value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : String(value))
    }
  }
  element.append(...children.filter((child) => child !== undefined && child !== false))
  return element
}

/** The element that index.html has under this id. */
export function byId(id: string): HTMLElement {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`index.html has no #${id}`)
  return element
}

/** A filled square in a series' colour. Colours are set by script: the page's policy forbids style attributes. */
export function swatch(color: string): HTMLElement {
  const mark = h('span', { class: 'swatch', 'aria-hidden': 'true' })
  mark.style.background = color
  return mark
}
