/** The real browser in which pages are tested, where one is installed. */

import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const EXECUTABLE = '/usr/bin/chromium'

/** Why there is none; `undefined` where there is one. */
export const noBrowser = existsSync(EXECUTABLE) ? undefined : `no browser at ${EXECUTABLE}`

/** Features that would talk to the network, or need what a container lacks. */
const OFF = ['gpu', 'quic', 'background-networking', 'component-update', 'sync']

export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--headless',
      '--no-sandbox',
      '--no-first-run',
      ...OFF.map((what) => `--disable-${what}`),
    ],
  })
}
