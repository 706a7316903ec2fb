/** The files that were dropped, those of folders with their paths: the model's folder, not the folders in it. */
import type { PickedFile } from "../../protocol/model.ts";

/** A file system entry, as far as it is used here. */
interface Entry {
  readonly isFile: boolean;
  readonly fullPath: string;
}

interface FileEntry extends Entry {
  file(take: (file: File) => void, fail: (problem: Error) => void): void;
}

interface FolderEntry extends Entry {
  createReader(): { readEntries(take: (entries: Entry[]) => void, fail: (problem: Error) => void): void };
}

/** `items` are those of a DataTransfer. */
export async function droppedFiles(
  items: ArrayLike<{ webkitGetAsEntry(): Entry | null }>,
): Promise<readonly PickedFile[]> {
  const entries = Array.from(items, (item) => item.webkitGetAsEntry()); // at once: the list empties after the event
  const files = await Promise.all(entries.map((entry) => (entry ? filesOf(entry) : [])));
  return files.flat();
}

async function filesOf(entry: Entry): Promise<PickedFile[]> {
  if (entry.isFile) return [await pickedFile(entry as FileEntry)];
  const within = await entriesOf(entry as FolderEntry);
  return Promise.all(within.filter(({ isFile }) => isFile).map((file) => pickedFile(file as FileEntry)));
}

function pickedFile(entry: FileEntry): Promise<PickedFile> {
  return new Promise((resolve, reject) => {
    entry.file((file) => resolve({ path: entry.fullPath.replace(/^\//, ""), file }), reject);
  });
}

/** A reader gives a hundred at a time, and at the end none. */
async function entriesOf(folder: FolderEntry): Promise<Entry[]> {
  const reader = folder.createReader();
  const all: Entry[] = [];
  for (;;) {
    const some = await new Promise<Entry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}
