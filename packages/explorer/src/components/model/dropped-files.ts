/** The files that were dropped, those of folders with their paths: the model's folder, not the folders in it. */
import type { PickedFile } from "../../protocol/model.ts";

export async function droppedFiles({ items }: DataTransfer): Promise<PickedFile[]> {
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? []); // at once: the list empties after the event
  const files = await Promise.all(entries.map(filesOf));
  return files.flat();
}

async function filesOf(entry: FileSystemEntry): Promise<PickedFile[]> {
  if (entry.isFile) return [await pickedFile(entry as FileSystemFileEntry)];
  const within = await entriesOf(entry as FileSystemDirectoryEntry);
  return Promise.all(within.filter(({ isFile }) => isFile).map((file) => pickedFile(file as FileSystemFileEntry)));
}

function pickedFile(entry: FileSystemFileEntry): Promise<PickedFile> {
  return new Promise((resolve, reject) => {
    entry.file((file) => resolve({ path: entry.fullPath.replace(/^\//, ""), file }), reject);
  });
}

/** A reader gives a hundred at a time, and at the end none. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}
