import run from './run.cjs'

await run.main((name) => import(name))
