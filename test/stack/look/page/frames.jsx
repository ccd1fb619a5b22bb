/** What Prometheus answered, as the data frames that Grafana would have made of it. */

import {
  FieldType,
  getDisplayProcessor,
  standardTransformers,
  standardTransformersRegistry,
  toDataFrame,
  transformDataFrame,
} from '@grafana/data'
import { lastValueFrom } from 'rxjs'

standardTransformersRegistry.setInit(() =>
  [...new Map(Object.values(standardTransformers).map((each) => [each.id, each])).values()].map(
    (transformation) => ({
      id: transformation.id,
      name: transformation.name,
      aliasIds: transformation.aliasIds,
      transformation,
    }),
  ),
)

export async function framesOf({ panel, answers }, theme) {
  const tables = answers.filter(({ format }) => format === 'table').length
  const frames = answers.flatMap((answer) =>
    answer.format === 'table'
      ? tableFrames(answer, tables > 1)
      : answer.series.map((each) => seriesFrame(answer, each)),
  )
  const filled = frames.filter(({ length }) => length > 0)
  const transformed = await transformedFrames(panel.transformations ?? [], filled)
  return transformed.map((frame, index) => configured(frame, panel, theme, index))
}

function transformedFrames(transformations, frames) {
  if (transformations.length === 0) return frames
  return lastValueFrom(transformDataFrame(transformations, frames, { interpolate: (text) => text }))
}

function tableFrames({ refId, series }, many) {
  const labels = [...new Set(series.flatMap((each) => Object.keys(each.labels)))].toSorted()
  const last = ({ points }) => points.at(-1) ?? [NaN, NaN]
  const frame = toDataFrame({
    refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: series.map((each) => last(each)[0]) },
      ...labels.map((label) => ({
        name: label,
        type: FieldType.string,
        values: series.map((each) => each.labels[label] ?? ''),
      })),
      {
        name: many ? `Value #${refId}` : 'Value',
        type: FieldType.number,
        values: series.map((each) => last(each)[1]),
      },
    ],
  })
  return [frame]
}

function seriesFrame({ refId, legendFormat, step, instant }, { labels, points }) {
  const shown = instant ? points : withGaps(points, step * 1000)
  const own = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  const displayNameFromDS =
    legendFormat === undefined || legendFormat === '' || legendFormat === '__auto'
      ? `{${own.join(', ')}}`
      : legendFormat.replaceAll(/\{\{\s*(.+?)\s*\}\}/g, (_, label) => labels[label] ?? '')
  return toDataFrame({
    refId,
    fields: [
      { name: 'Time', type: FieldType.time, values: shown.map(([time]) => time) },
      {
        name: 'Value',
        type: FieldType.number,
        labels,
        values: shown.map(([, value]) => value),
        config: { displayNameFromDS },
      },
    ],
  })
}

/** Where a step has no sample, Grafana has a null. */
function withGaps(points, step) {
  return points.flatMap((point, index) => {
    const next = points[index + 1]
    return next !== undefined && next[0] - point[0] > step
      ? [point, [point[0] + step, null]]
      : [point]
  })
}

/** The panel's field options and their overrides, and how a value is written. */
function configured(frame, { fieldConfig = {} }, theme, frameIndex) {
  const { defaults = {}, overrides = [] } = fieldConfig
  const fields = frame.fields.map((field, index) => {
    const own = overrides
      .filter(({ matcher }) => matches(matcher, field, frame))
      .flatMap(({ properties }) => properties)
    const isNumber = field.type === FieldType.number
    const config = { ...copy(isNumber ? defaults : plain(defaults)), ...field.config }
    for (const { id, value } of own) set(config, id.split('.'), value)
    if (config.fieldMinMax === true) config.max ??= Math.max(...field.values.map(Number))
    const made = {
      ...field,
      config,
      state: { ...field.state, seriesIndex: index > 1 ? index - 1 : frameIndex },
    }
    made.display = getDisplayProcessor({ field: made, theme })
    made.getLinks = () =>
      (config.links ?? []).map(({ title }) => ({ title, href: '#', target: '_self', origin: made }))
    return made
  })
  return { ...frame, fields }
}

/** Text has no unit, and what is said of all columns is meant for figures. */
function plain({ custom, noValue, links }) {
  return { custom, noValue, links }
}

function matches({ id, options }, field, frame) {
  const name = field.config.displayName ?? field.config.displayNameFromDS ?? field.name
  if (id === 'byName') return name === options
  if (id === 'byRegexp') return new RegExp(options.replaceAll(/^\/|\/$/g, '')).test(name)
  if (id === 'byFrameRefID') return frame.refId === options
  if (id === 'byType') return field.type === options
  throw new Error(`the matcher ${id} is not known here`)
}

const copy = (value) => JSON.parse(JSON.stringify(value ?? {}))

function set(target, [first, ...rest], value) {
  if (rest.length === 0) target[first] = value
  else {
    target[first] ??= {}
    set(target[first], rest, value)
  }
}
