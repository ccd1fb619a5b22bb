/** Who may import whom: the arrows of the design, one row each. `test/tooling/imports.test.ts` proves that they hold. */

const instrumentation = '^instrumentation/'

/**
 * What each part of `instrumentation/` may import of this repository besides itself. A name with a slash is a folder.
 * `compose.ts`, what is in `compose/`, and the entries have no row: they know all stages.
 */
const arrows = {
  'core/': [],
  'semconv.ts': ['semconv-metrics.ts'],
  'shared-state.ts': ['core/'],
  'guard.ts': ['core/', 'otel-api.ts'],
  'otel-api.ts': [],
  'config.ts': ['core/', 'config/', 'on-demand.ts'],
  'config/': ['core/', 'yaml-file.ts', 'on-demand.ts'],
  'on-demand.ts': [],
  'yaml-file.ts': [],
  'keyed-hash.ts': [],
  'prices-file.ts': ['core/', 'pricing/', 'yaml-file.ts'],
  'prices.ts': ['core/', 'pricing/'],
  'refresh/': ['core/', 'pricing/', 'prices-file.ts'],
  'span-usage.ts': ['core/', 'semconv.ts'],
  'recordings.ts': ['core/', 'attribution/', 'record/', 'guard.ts'],
  'diagnosis/': [
    'core/',
    'providers/',
    'intercept/', // its types
    'record/',
    'guard.ts',
    'semconv.ts',
  ],
  'process-end.ts': ['core/', 'record/', 'guard.ts', 'config.ts'],
  'wire/': ['core/'],
  'providers/': ['core/', 'wire/'],
  'pricing/': ['core/'],
  'attribution/': ['core/', 'shared-state.ts', 'semconv.ts'],
  'propagation/': ['core/', 'attribution/', 'shared-state.ts', 'guard.ts'],
  'middleware/': ['core/', 'attribution/', 'propagation/', 'shared-state.ts', 'guard.ts'],
  'intercept/': [
    'core/',
    'wire/',
    'providers/',
    'attribution/',
    'propagation/', // its types
    'guard.ts',
    'config.ts', // its types; see settings-are-handed-down
    // Adoption reads and writes the conventions' attributes; each name stands once, there.
    'semconv.ts',
  ],
  'record/': [
    'core/',
    'pricing/',
    'guard.ts',
    'config.ts',
    'on-demand.ts',
    'otel-api.ts',
    'semconv.ts',
    'span-usage.ts',
  ],
}

/** Parts that run anywhere: no Node module, no OpenTelemetry. */
const pure = ['core/', 'semconv.ts', 'semconv-metrics.ts', 'wire/', 'providers/', 'pricing/']

/** What is of use to those who read spans that are already there. */
const reading = [
  'core/',
  'pricing/',
  'semconv.ts',
  'span-usage.ts',
  'guard.ts',
  'config.ts',
  'prices-file.ts',
  'refresh/',
]

/** Outside `instrumentation/`: what each folder may import of it. */
const outside = {
  '^local/': reading,
  '^cli/': [
    ...reading,
    // What `costspan doctor` looks at.
    'config/',
    'attribution/',
    'record/endpoint.ts',
  ],
  '^prices/': ['core/', 'pricing/'],
  '^dashboards/': ['core/', 'semconv.ts', 'semconv-metrics.ts', 'yaml-file.ts'],
  // The demo is an application (it may use the public API), and its ledger is priced without our engine.
  '^demo/': ['core/', 'semconv.ts', 'config.ts', 'index.ts'],
}

const ours = '^(instrumentation|local|cli|demo|prices|dashboards|test)/'
const within = (names) => names.map((name) => instrumentation + escaped(name))

function escaped(name) {
  return name.endsWith('/') ? name : `${name.replace('.', '[.]')}$`
}

function arrow([name, targets]) {
  return {
    name: `arrow-${name.replace(/\/$|[.]ts$/, '')}`,
    comment: `instrumentation/${name} may import ${targets.join(', ') || 'nothing'} of this repository.`,
    severity: 'error',
    from: { path: instrumentation + escaped(name) },
    to: {
      path: ours,
      pathNot: [
        ...within([name, ...targets]),
        // The bundled book is data in a TypeScript file; one file of pricing loads it.
        ...(name === 'pricing/' ? ['^prices/book[.]ts$'] : []),
      ],
    },
  }
}

function outsideArrow([folder, targets]) {
  return {
    name: `arrow-${folder.replace(/\W/g, '')}`,
    comment: `${folder.replace('^', '')} may import ${targets.join(', ')} of instrumentation/.`,
    severity: 'error',
    from: { path: folder },
    to: { path: instrumentation, pathNot: within(targets) },
  }
}

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...Object.entries(arrows).map(arrow),
    ...Object.entries(outside).map(outsideArrow),
    {
      name: 'pure',
      comment: 'These run anywhere: no Node module and no OpenTelemetry (nor any other package).',
      severity: 'error',
      from: { path: within(pure) },
      to: { dependencyTypesNot: ['local', 'type-only'], pathNot: ours },
    },
    {
      name: 'settings-are-handed-down',
      comment:
        'Stages get their settings from compose.ts; they may know the type, not read the environment.',
      severity: 'error',
      from: { path: within(['intercept/', 'record/']) },
      to: { path: within(['config.ts']), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'book-has-one-reader',
      comment: 'The bundled book is loaded by instrumentation/pricing/bundled.ts alone.',
      severity: 'error',
      from: {
        path: ours,
        pathNot: ['^instrumentation/pricing/bundled[.]ts$', '^prices/', '^test/'],
      },
      // The reading of another catalogue is for `costspan prices check`.
      to: { path: '^prices/', pathNot: '^prices/catalogue[.]ts$' },
    },
    {
      name: 'providers-apart',
      comment:
        'A provider, or a host, is one file. What several share stands in the files named here.',
      severity: 'error',
      from: { path: '^instrumentation/providers/', pathNot: '/(registry|hosts)[.]ts$' },
      to: {
        path: '^instrumentation/providers/',
        pathNot: '/(protocol|host|context-sizes|[a-z]+-shared)[.]ts$',
      },
    },
    {
      name: 'attribution-is-light',
      comment: 'Attribution works without any SDK: of Node it takes the async context only.',
      severity: 'error',
      from: { path: '^instrumentation/attribution/' },
      to: { pathNot: [ours, '^(node:)?async_hooks$'] },
    },
    {
      name: 'compose-is-for-entries',
      comment:
        'Only the entries start the whole: register.ts, index.ts and the class that index.ts exports. Parts of the wiring stand in compose/.',
      severity: 'error',
      from: {
        path: ours,
        pathNot: [
          '^instrumentation/(register|index|cost-span-processor|outcomes|compose)[.]ts$',
          '^instrumentation/compose/',
          '^test/',
        ],
      },
      to: { path: '^instrumentation/compose([.]ts$|/)' },
    },
    {
      name: 'nobody-imports-an-entry',
      comment: 'register.ts and cli/main.ts are started, not imported.',
      severity: 'error',
      from: { path: ours, pathNot: '^test/' },
      to: { path: '^(instrumentation/register|cli/main)[.]ts$' },
    },
    {
      name: 'nobody-imports-cli',
      comment: 'Commands are the outermost layer.',
      severity: 'error',
      from: { path: ours, pathNot: ['^cli/', '^test/'] },
      to: { path: '^cli/' },
    },
    {
      name: 'demo-stays-outside',
      comment: 'Nothing that ships to applications depends on the demo.',
      severity: 'error',
      from: { path: '^(instrumentation|local|prices)/' },
      to: { path: '^demo/' },
    },
    {
      name: 'no-test-in-production',
      severity: 'error',
      from: { path: ours, pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-dev-dependency',
      comment:
        'What is installed for development only is absent at a user. The demo has its clients for an excuse, and `costspan prices check` says what to install.',
      severity: 'error',
      from: {
        path: ours,
        pathNot: ['^test/', '^prices/generate[.]ts$', '^local/page/', '^dashboards/'],
      },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        pathNot: '^node_modules/(@types|openai|@anthropic-ai/sdk|@pydantic/genai-prices)/',
      },
    },
    {
      name: 'clients-in-demo-only',
      severity: 'error',
      from: { path: ours, pathNot: ['^demo/', '^test/'] },
      to: { path: '^node_modules/(openai|@anthropic-ai/sdk)/' },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphan',
      comment: 'A file that imports nothing and that nobody imports.',
      severity: 'error',
      from: { orphan: true, path: ours, pathNot: ['[.]d[.]ts$', '^test/', '^local/page/'] },
      to: {},
    },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-catch-all-file',
      comment: 'A file is named by what it holds.',
      severity: 'error',
      from: {},
      to: { path: '(^|/)(utils?|helpers?|common|misc)([.]ts$|/)', pathNot: 'node_modules' },
    },
  ],
  options: {
    // Types count: a stage that needs another stage's types knows that stage.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
    detectProcessBuiltinModuleCalls: true,
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json', '.d.ts'],
    },
  },
}
