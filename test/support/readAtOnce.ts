import type { Read } from '../../src/read.ts'

/** There is room for everything. */
export const readAtOnce: Read = (items) => items()
