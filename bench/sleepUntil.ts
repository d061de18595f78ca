const cell = new Int32Array(new SharedArrayBuffer(4))

/** Has a thread sleep until a time in nanoseconds of `process.hrtime`. */
export function sleepUntil(time: bigint): void {
  for (;;) {
    const nanoseconds = Number(time - process.hrtime.bigint())
    if (nanoseconds <= 0) return
    Atomics.wait(cell, 0, 0, nanoseconds / 1e6)
  }
}
