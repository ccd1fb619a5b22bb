import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Group } from '../../dashboards/rules/rule.ts'
import { failuresOf, promtool, run, type InputSeries } from './promtool.ts'

const FOLDER = 'collector-config/rules'
const files = readdirSync(FOLDER).map((name) => `${FOLDER}/${name}`)

/** 5 calls each 15 s, one of them a repeat; 2 conversations, 6 attempts, $0.05. */
const owner = 'deployment_environment_name="production",costspan_feature="support-bot"'
const prompt = `${owner},gen_ai_prompt_name="main",gen_ai_prompt_version="v1"`
const all = `${prompt},costspan_team="care",gen_ai_request_model="m",instance="i"`
const steady: readonly InputSeries[] = [
  ['costspan_calls_total', `${all},costspan_waste="none"`, 4],
  ['costspan_calls_total', `${all},costspan_waste="repeat"`, 1],
  ['costspan_cost_USD_total', all, 0.05],
  ['costspan_units_total', `${owner},costspan_team="care"`, 2],
  ['costspan_attempts_total', `${prompt},http_response_status_code="200"`, 5],
  ['costspan_attempts_total', `${prompt},http_response_status_code="429"`, 1],
  ['costspan_context_tokens_total', `${prompt},costspan_context_part="system"`, 500],
  ['gen_ai_client_inference_usage_output_tokens_total', all, 1_000],
  ['gen_ai_client_inference_usage_input_tokens_total', all, 2_000],
  ['gen_ai_client_inference_usage_cache_read_input_tokens_total', all, 500],
  ['costspan_cache_savings_USD_total', all, 0.002],
  ['costspan_outcomes_total', `${owner},costspan_outcome_success="true"`, 1],
  ['costspan_outcome_value_USD_total', `${owner},costspan_outcome_success="true"`, 0.5],
  ['costspan_dropped_total', 'job="bot",costspan_reason="queue_full"', 1],
  ['gen_ai_client_inference_duration_seconds_bucket', `${owner},le="0.32"`, 0],
  ['gen_ai_client_inference_duration_seconds_bucket', `${owner},le="0.64"`, 5],
  ['gen_ai_client_inference_duration_seconds_bucket', `${owner},le="+Inf"`, 5],
  ['gen_ai_client_operation_cost_USD_bucket', `${owner},le="0.005"`, 0],
  ['gen_ai_client_operation_cost_USD_bucket', `${owner},le="0.01"`, 5],
  ['gen_ai_client_operation_cost_USD_bucket', `${owner},le="+Inf"`, 5],
  ['gen_ai_client_inference_operation_input_tokens_bucket', `${prompt},le="64"`, 0],
  ['gen_ai_client_inference_operation_input_tokens_bucket', `${prompt},le="256"`, 5],
  ['gen_ai_client_inference_operation_input_tokens_bucket', `${prompt},le="+Inf"`, 5],
].map(([metric, labels, each]) => ({
  series: `${metric}{${labels}}`,
  values: `0+${each}x480`,
}))

/** After two hours: of 2 minutes, 5 minutes, whichever of them counts now, and the hour before. */
const windows = (name: string, each: number) => ({
  [`costspan:${name}:2m`]: each * 8,
  [`costspan:${name}:5m`]: each * 20,
  [`costspan:${name}:now`]: each * 8,
  [`costspan:${name}:before`]: each * 240,
})

const FAST: Readonly<Record<string, number>> = {
  'costspan:calls_detail:2m': 40,
  'costspan:calls_detail:5m': 100,
  ...windows('calls', 5),
  ...windows('repeats', 1),
  ...windows('prompt_calls', 5),
  ...windows('cost_USD', 0.05),
  ...windows('units', 2),
  ...windows('attempts', 6),
  ...windows('context_tokens', 500),
  ...windows('output_tokens', 1_000),
  'costspan:unit_cost_USD:now': 0.025,
  'costspan:unit_cost_USD:before': 0.025,
  // A third of a call a second in each of two buckets, of three.
  'costspan:call_cost_USD_buckets:2m': 2 / 3,
  'costspan:call_cost_USD_buckets:5m': 2 / 3,
  'costspan:call_input_tokens_buckets:2m': 2 / 3,
  'costspan:call_input_tokens_buckets:5m': 2 / 3,
  'costspan:call_cost_USD_p50:now': 0.0075,
  'costspan:call_cost_USD_p75:before': 0.00875,
  'costspan:call_cost_USD_p90:before': 0.0095,
  'costspan:call_cost_USD_p97:before': 0.00985,
  'costspan:call_input_tokens_p50:now': 160,
  'costspan:call_input_tokens_p75:before': 208,
  'costspan:call_input_tokens_p90:before': 236.8,
  'costspan:call_input_tokens_p97:before': 250.24,
  // 1.2 attempts, a repeat in five, 100 tokens of system, 200 of answers.
  'costspan:cause:before': 1.2 + 0.2 + 100 + 200,
  'costspan:limit_USD_per_unit': 0.25,
}

/** The same calls in exponential histograms, all of them between 0.5 and 1. */
const NATIVE_RATES = ['call_cost_USD', 'call_input_tokens'].flatMap((name) =>
  ['2m', '5m'].map((window) => `costspan:${name}_histogram:${window}`),
)
const NATIVE: Readonly<Record<string, number>> = {
  ...Object.fromEntries(NATIVE_RATES.map((name) => [`histogram_count(${name})`, 1 / 3])),
  'costspan:call_cost_USD_p50:now': 2 ** -0.5,
  'costspan:call_cost_USD_p75:before': 2 ** -0.25,
  'costspan:call_cost_USD_p90:before': 2 ** -0.1,
  'costspan:call_cost_USD_p97:before': 2 ** -0.03,
  'costspan:call_input_tokens_p50:now': 2 ** -0.5,
}

/** Each hour is 240 times the above; budgets: $5,000 for everything and $1,500 for the bot, $12 an hour spent. */
const HOURLY: Readonly<Record<string, number>> = {
  'costspan:cost_USD:hour': 12,
  'costspan:calls:hour': 1_200,
  'costspan:units:hour': 480,
  'costspan:cost_parts_USD:hour': 12,
  'costspan:call_ends:hour': 1_200,
  'costspan:attempts:hour': 1_440,
  'costspan:cache_savings_USD:hour': 0.48,
  'costspan:input_tokens:hour': 480_000,
  'costspan:cache_read_tokens:hour': 120_000,
  'costspan:output_tokens:hour': 240_000,
  'costspan:context_tokens:hour': 120_000,
  'costspan:unit_types:hour': 480,
  'costspan:outcomes:hour': 240,
  'costspan:outcome_value_USD:hour': 120,
  'costspan:dropped:hour': 240,
  'costspan:call_cost_USD_p50:hour': 0.0075,
  'costspan:call_cost_USD_p99:hour': 0.00995,
  'costspan:call_input_tokens_p50:hour': 160,
  'costspan:call_input_tokens_p95:hour': 246.4,
  'costspan:call_duration_seconds_p50:hour': 0.48,
  'costspan:call_duration_seconds_p95:hour': 0.624,
  'costspan:recorded:hour': 1,
}
const burn = (12 * 720) / 5_000 + (12 * 720) / 1_500
const MINUTES: Readonly<Record<string, number>> = { 'costspan:spent_USD:5m': 1 }
const BUDGETS: Readonly<Record<string, number>> = {
  'costspan:budget_USD': 6_500,
  'costspan:budget_burn:5m': burn,
  'costspan:budget_burn:30m': burn,
  'costspan:budget_burn:1h': burn,
}
/** From recorded hours, two of $12 of which are there; the bot's and everything. */
const FROM_HOURS: Readonly<Record<string, number>> = {
  'costspan:budget_spent_USD': 48,
  'costspan:budget_burn:6h': burn / 3,
  'costspan:budget_burn:3d': burn / 36,
}
const WATCH: Readonly<Record<string, number>> = {
  'costspan:calls:10m': 200,
  'costspan:calls_expected:hour': 1_200,
}

async function mismatches(
  /** One or more, with spaces between. */
  file: string,
  values: Readonly<Record<string, number>>,
  series = steady,
  every = '15s',
  at = '2h',
): Promise<string> {
  const promql_expr_test = Object.entries(values).map(([record, value]) => ({
    expr: `abs(sum(${record}) - ${value}) < bool 1e-9`,
    eval_time: at,
    exp_samples: [{ labels: '{}', value: 1 }],
  }))
  const tests = [{ interval: '15s', input_series: series, promql_expr_test }]
  const rule_files = file.split(' ').map((name) => `${FOLDER}/${name}`)
  return failuresOf({ rule_files, evaluation_interval: every, tests })
}

describe.skipIf(promtool === undefined)('recorded series', () => {
  test.each(files)('promtool finds nothing wrong with %s', async (file) => {
    expect(await run(['check', 'rules', '--lint=all', '--lint-fatal', file])).toMatchObject({
      code: 0,
    })
  })

  test('steady traffic of 20 calls a minute gives each signal of the fast group its value', async () => {
    expect(await mismatches('fast.yaml', FAST)).toBe('')
  })

  test('exponential histograms give quantiles as those with buckets do', async () => {
    const series = [
      ['gen_ai_client_operation_cost_USD', owner],
      ['gen_ai_client_inference_operation_input_tokens', prompt],
    ].map(([name, labels]) => ({
      series: `${name}{${labels}}`,
      values: '{{schema:0 sum:0 count:0 buckets:[0]}}+{{schema:0 sum:4 count:5 buckets:[5]}}x480',
    }))
    const counters = steady.filter(({ series: name }) => !name.includes('_bucket'))
    expect(await mismatches('fast.yaml', NATIVE, [...counters, ...series])).toBe('')
  })

  test('the hour has $12, 1,200 calls and 480 conversations', async () => {
    expect(await mismatches('spend.yaml', HOURLY, steady, '1h', '121m')).toBe('')
  })

  test('the hour is told by 6 labels, and not by process; $3 of a series born in it count', async () => {
    const born = {
      series: `costspan_cost_USD_total{${all.replace('"i"', '"new"')}}`,
      values: '_x300 3+0x180',
    }
    const tests = [
      {
        interval: '15s',
        input_series: [...steady, born],
        promql_expr_test: [
          {
            expr: 'round(costspan:cost_USD:hour, 1e-6)',
            eval_time: '121m',
            exp_samples: [
              { labels: `{${prompt},costspan_team="care",gen_ai_request_model="m"}`, value: 15 },
            ],
          },
        ],
      },
    ]
    expect(
      await failuresOf({ rule_files: [`${FOLDER}/spend.yaml`], evaluation_interval: '1h', tests }),
    ).toBe('')
  })

  test('$12 an hour burns $5,000 and $1,500 a month at 1.728 and 5.76 times their pace', async () => {
    const values = { ...MINUTES, ...BUDGETS }
    expect(await mismatches('minutes.yaml budgets.yaml', values, steady, '1m')).toBe('')
  })

  test('hours that were recorded are what budgets have spent, and what their long windows read', async () => {
    const hour = { series: `costspan:cost_USD:hour{${prompt}}`, values: '_x200 12 _x239 12 _x39' }
    expect(await mismatches('budgets.yaml', FROM_HOURS, [hour], '1m')).toBe('')
  })

  test('10 minutes have 200 calls where the hour before had 1,200', async () => {
    expect(await mismatches('fast.yaml watch.yaml', WATCH)).toBe('')
  })

  test('each loss of the Collector is counted under either form of its counter’s name', async () => {
    const counters = [
      'otelcol_receiver_refused_spans',
      'otelcol_exporter_send_failed_metric_points_total',
      'otelcol_exporter_enqueue_failed_log_records_total',
      'otelcol_deltatocumulative_datapoints_total{error="limit"}',
    ]
    const series = counters.map((counter) => ({ series: counter, values: '0+1x480' }))
    expect(
      await mismatches('watch.yaml', { 'costspan:collector_lost:5m': 4 * 20 }, series, '1m'),
    ).toBe('')
  })

  test('every recorded series has its value in a test of this file, and every alert in alerts.test.ts', () => {
    const rules = files.flatMap((file) =>
      (parse(readFileSync(file, 'utf8')) as { groups: Group[] }).groups.flatMap(
        (group) => group.rules,
      ),
    )
    const recorded = new Set(rules.flatMap((rule) => ('record' in rule ? [rule.record] : [])))
    const valued = Object.keys({
      ...FAST,
      ...HOURLY,
      ...MINUTES,
      ...BUDGETS,
      ...FROM_HOURS,
      ...WATCH,
    })
    // What has grown is in the texts of alerts.test.ts; losses have a test of their own.
    const elsewhere = ['costspan:cause:now', 'costspan:collector_lost:5m']
    expect([...recorded].sort()).toEqual([...valued, ...NATIVE_RATES, ...elsewhere].sort())
    const alerts = rules.flatMap((rule) => ('alert' in rule ? [rule.alert] : []))
    const tested = readFileSync('test/stack/alerts.test.ts', 'utf8')
    expect(alerts.filter((alert) => !tested.includes(`'${alert}'`))).toEqual([])
  })
})
