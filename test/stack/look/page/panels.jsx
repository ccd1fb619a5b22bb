/** A panel by its type, with the components that Grafana's own panels are made of. */

import { fieldReducers, reduceField, renderMarkdown } from '@grafana/data'
import { BarGauge, BigValue, TimeSeries, VizRepeater } from '@grafana/ui'
import { TableNG } from '@grafana/ui/unstable'

export function Visualization({ panel, frames, width, height, theme, range }) {
  const Shown = KINDS[panel.type]
  if (panel.type === 'text') return <Text panel={panel} />
  if (Shown === undefined)
    return <Note>{`A panel of type ${panel.type}, which is not among the components.`}</Note>
  if (!frames.some(({ length }) => length > 0)) {
    return <Note>{panel.fieldConfig?.defaults?.noValue ?? 'No data'}</Note>
  }
  return <Shown {...{ panel, frames, width, height, theme, range }} />
}

const KINDS = { stat: Stat, timeseries: Lines, table: Rows, bargauge: Bars, gauge: Bars }

export function Note({ children }) {
  return (
    <div
      style={{
        display: 'flex',
        height: '100%',
        alignItems: 'center',
        justifyContent: 'center',
        textAlign: 'center',
        opacity: 0.75,
        padding: 8,
      }}
    >
      {children}
    </div>
  )
}

function Text({ panel }) {
  return (
    <div
      className="markdown-html"
      dangerouslySetInnerHTML={{ __html: renderMarkdown(panel.options?.content ?? '') }}
    />
  )
}

/** One value for each field with numbers: by the panel's own reducer. */
function valuesOf({ panel, frames }) {
  const [calc = 'lastNotNull'] = panel.options?.reduceOptions?.calcs ?? []
  const reducer = fieldReducers.getIfExists(calc) === undefined ? 'lastNotNull' : calc
  return frames.flatMap((frame) =>
    frame.fields
      .filter(({ type }) => type === 'number')
      .map((field) => {
        const value = reduceField({ field, reducers: [reducer] })[reducer]
        const title = field.config.displayName ?? field.config.displayNameFromDS
        return { ...field.display(value), title, field }
      }),
  )
}

function Stat({ panel, frames, width, height, theme }) {
  const values = valuesOf({ panel, frames })
  const { colorMode = 'value', textMode = 'auto', justifyMode = 'auto' } = panel.options ?? {}
  return (
    <VizRepeater
      getValues={() => values}
      source={values}
      width={width}
      height={height}
      orientation="auto"
      autoGrid
      renderValue={({ value, width: w, height: h }) => (
        <BigValue
          width={w}
          height={h}
          value={
            values.length === 1 && textMode === 'auto' ? { ...value, title: undefined } : value
          }
          colorMode={colorMode}
          graphMode="none"
          textMode={textMode}
          justifyMode={justifyMode}
          theme={theme}
        />
      )}
    />
  )
}

function Bars({ panel, frames, width, height, theme }) {
  const values = valuesOf({ panel, frames })
  const { orientation = 'horizontal', displayMode = 'gradient' } = panel.options ?? {}
  return (
    <VizRepeater
      getValues={() => values}
      source={values}
      width={width}
      height={height}
      orientation={orientation}
      renderValue={({ value, width: w, height: h }) => (
        <BarGauge
          width={w}
          height={h}
          value={value}
          field={value.field.config}
          display={value.field.display}
          orientation={orientation}
          displayMode={displayMode}
          theme={theme}
        />
      )}
    />
  )
}

function Lines({ panel, frames, width, height, range }) {
  const legend = {
    showLegend: true,
    displayMode: 'list',
    placement: 'bottom',
    calcs: [],
    ...panel.options?.legend,
  }
  return (
    <TimeSeries
      frames={frames}
      width={width}
      height={height}
      timeRange={range}
      timeZone="utc"
      structureRev={1}
      legend={legend}
    />
  )
}

function Rows({ frames, width, height }) {
  return (
    <TableNG
      data={frames[0]}
      width={width}
      height={height}
      enableVirtualization={false}
      structureRev={1}
    />
  )
}
