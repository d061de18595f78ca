/** In bytes. */
const small = 16_384

/**
 * Adds a piece to those that came before it. A piece is some 200 bytes more than it holds, so those that are small are put
 * together: each byte is copied a dozen times at most.
 */
export function addPiece(pieces: Buffer[], piece: Buffer): void {
  let added = piece
  for (let last = pieces.at(-1); last && last.length < small; last = pieces.at(-1)) {
    if (last.length > added.length) break
    pieces.pop()
    added = Buffer.concat([last, added])
  }
  pieces.push(added)
}
