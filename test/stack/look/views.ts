/** How each dashboard is opened for its picture. */

export interface View {
  readonly hours: number
  /** A day ends before the story: five minutes of it are a spike that flattens the rest. */
  readonly until: 'the story' | 'its end'
  readonly chosen?: Readonly<Record<string, string>>
  /** Of the picture that goes into the documentation. */
  readonly mode?: 'dark' | 'light'
}

export const VIEWS: Readonly<Record<string, View>> = {
  'costspan-spend': { hours: 24, until: 'the story', mode: 'light' },
  'costspan-feature': {
    hours: 1,
    until: 'its end',
    chosen: { feature: 'support-bot' },
    mode: 'dark',
  },
  'costspan-units': { hours: 24, until: 'the story', mode: 'light' },
  'costspan-waste': { hours: 1, until: 'its end', mode: 'dark' },
  'costspan-health': { hours: 1, until: 'its end', mode: 'light' },
}
