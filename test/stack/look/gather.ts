/** What the five dashboards answer after the demo's story, in the form that the page draws. */

import { evaluate, type Answer } from '../dashboards/evaluate.ts'
import { expand, stepOf, type Range, type Variables } from '../dashboards/expand.ts'
import {
  panelsAndRowsOf,
  sourceOf,
  variablesOf,
  type Dashboard,
  type Panel,
  type Target,
} from '../dashboards/model.ts'
import { fillVariables } from '../dashboards/variables.ts'

export interface Drawn {
  readonly uid: string
  readonly title: string
  readonly range: Range
  readonly rangeText: string
  /** What the picture doesn't show. */
  readonly note?: string
  /** What is chosen, by label. */
  readonly variables: readonly (readonly [string, string])[]
  readonly panels: readonly {
    readonly panel: Panel
    readonly asked: string
    readonly answers: readonly (Answer & Pick<Target, 'format' | 'legendFormat'>)[]
  }[]
}

export interface Opened {
  readonly range: Range
  readonly rangeText: string
  readonly chosen: Readonly<Record<string, string | readonly string[]>>
}

export async function gather(
  dashboard: Dashboard,
  prometheus: string,
  { range, rangeText, chosen }: Opened,
): Promise<Drawn> {
  const { values } = await fillVariables(dashboard, prometheus, range, chosen)
  const panels = []
  for (const panel of panelsAndRowsOf(dashboard)) {
    const targets = (panel.targets ?? []).filter(({ hide }) => hide !== true)
    const asked = targets.map((target) => sourceOf(panel, target))
    const answers = []
    for (const target of targets) {
      if (sourceOf(panel, target) !== 'prometheus') continue
      const answer = await evaluate(panel, target, { prometheus, range, variables: values })
      if (answer.error !== undefined) throw new Error(`${panel.title}: ${answer.error}`)
      const { format, legendFormat } = target
      answers.push({
        ...answer,
        ...(format === undefined ? {} : { format }),
        ...(legendFormat === undefined ? {} : { legendFormat }),
      })
    }
    panels.push({ panel: titled(panel, values, range), asked: asked[0] ?? 'none', answers })
  }
  const { uid, title } = dashboard
  return { uid, title, range, rangeText, variables: labelled(dashboard, values), panels }
}

/** Without what is asked of Tempo, and headings under which nothing is left. */
export function withoutTraces(drawn: Drawn): Drawn {
  const asked = drawn.panels.filter(({ asked: of }) => of !== 'tempo')
  const panels = asked.filter(
    ({ panel }, index) => panel.type !== 'row' || (asked[index + 1]?.panel.type ?? 'row') !== 'row',
  )
  if (panels.length === drawn.panels.length) return drawn
  return { ...drawn, panels, note: 'Its lists of users and calls, from Tempo, are left out.' }
}

function titled(panel: Panel, values: Variables, range: Range): Panel {
  const title = expand(panel.title ?? '', values, range, stepOf(range, 1_000))
  return { ...panel, title }
}

/** Data sources and what is hidden are left out. */
function labelled(dashboard: Dashboard, values: Variables): readonly (readonly [string, string])[] {
  return variablesOf(dashboard)
    .filter(({ type, hide }) => !['datasource', 'adhoc'].includes(type) && hide !== 2)
    .map(({ name, label }) => {
      const value = values.get(name)
      return [label ?? name, value?.all === undefined ? (value?.values.join(' + ') ?? '') : 'All']
    })
}
