exports.exporter = {
  export(records, done) {
    for (const { eventName, attributes } of records) {
      console.log(`EVENT ${JSON.stringify({ eventName, attributes })}`)
    }
    done({ code: 0 })
  },
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
}
