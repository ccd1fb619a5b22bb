process.on('SIGTERM', () => {
  console.log('the application handles SIGTERM')
  process.exit(7)
})
require('./ten-lines.cjs')
