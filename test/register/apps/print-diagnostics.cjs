// Prints what OpenTelemetry complains of: a refused registration would be here.
const { diag } = require('@opentelemetry/api')

diag.setLogger(
  {
    error: (...words) => console.log('DIAG', ...words),
    warn: (...words) => console.log('DIAG', ...words),
    info() {},
    debug() {},
    verbose() {},
  },
  { logLevel: 50, suppressOverrideMessage: true },
)
