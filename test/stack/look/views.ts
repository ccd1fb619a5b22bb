/** How each dashboard is opened for its picture. */

export interface View {
  readonly hours: number
  readonly chosen?: Readonly<Record<string, string>>
  /** Of the picture that goes into the documentation. */
  readonly mode?: 'dark' | 'light'
}

export const VIEWS: Readonly<Record<string, View>> = {
  'costspan-spend': { hours: 24, mode: 'light' },
  'costspan-feature': { hours: 3, chosen: { feature: 'support-bot' }, mode: 'dark' },
  'costspan-units': { hours: 24, chosen: { feature: 'support-bot' }, mode: 'light' },
  'costspan-waste': { hours: 3, mode: 'dark' },
  'costspan-health': { hours: 3, mode: 'light' },
}
