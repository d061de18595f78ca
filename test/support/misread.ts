/** `codePointAt` as code of V8 13.6's compiler Maglev now and then is, whose result takes the place of the index. */
export function misread(this: string, index: number): number {
  const unit = this.charCodeAt(index)
  return unit >= 0xd800 && unit < 0xdc00 ? unit + 1 : unit
}
