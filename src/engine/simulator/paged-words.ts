/** Words in pages that are copied when they are first changed after they were saved: what does not change costs nothing. */

const PAGE_BITS = 12;
const PAGE_WORDS = 1 << PAGE_BITS;

export type SavedPages = readonly (Int32Array | undefined)[];

export class PagedWords {
  private pages: (Int32Array | undefined)[] = [];
  /** False where a saved state has the page too. */
  private isOwn: boolean[] = [];

  read(index: number): number {
    return this.pages[index >> PAGE_BITS]?.[index & (PAGE_WORDS - 1)] ?? 0;
  }

  write(index: number, value: number): void {
    const number = index >> PAGE_BITS;
    let page = this.pages[number];
    if (page === undefined || this.isOwn[number] !== true) {
      page = page === undefined ? new Int32Array(PAGE_WORDS) : page.slice();
      this.pages[number] = page;
      this.isOwn[number] = true;
    }
    page[index & (PAGE_WORDS - 1)] = value;
  }

  save(): SavedPages {
    this.isOwn = [];
    return [...this.pages];
  }

  restore(saved: SavedPages): void {
    this.isOwn = [];
    this.pages = [...saved];
  }
}
