/** What a model is and needs, before its weights are read, and the button that loads it. */
import type { WeightDtype } from "@tsgpt/tensor";
import { formatMegabytes } from "../../format.ts";
import type { ModelOffer } from "../../protocol/model.ts";
import { chosenDtype, isIdle, keepsFolder, loadOffered, offered } from "../../state/model.ts";
import { strings } from "../../strings.ts";
import { ActionButton } from "../action-button.tsx";
import { DataTable } from "../picture/data-table.tsx";

const { model } = strings;

export function Offer() {
  if (!offered.value) return null;
  const { offer, place } = offered.value;
  const isFolder = "files" in place;
  const canLoad = isIdle.value && offer.dtype !== undefined;
  return (
    <section class="offer" aria-label={offer.name}>
      <h3>{offer.name}</h3>
      <Facts offer={offer} />
      <Memory offer={offer} />
      {offer.dtype === undefined && <p class="problem">{tooLarge(offer)}</p>}
      <p class="hint">{model.dtypeHint}</p>
      <div class="places">
        <DtypeField offer={offer} />
        {isFolder && <KeepField />}
        <ActionButton isAvailable={canLoad} action={() => void loadOffered()}>
          {model.load}
        </ActionButton>
      </div>
    </section>
  );
}

function tooLarge({ name, memory, availableBytes }: ModelOffer): string {
  const least = Math.min(...Object.values(memory).map(({ total }) => total));
  return model.tooLarge(name, least, availableBytes);
}

function Facts({ offer: { config, parameters, stored, bytes, download } }: { readonly offer: ModelOffer }) {
  return (
    <dl>
      <dt>{model.shape}</dt>
      <dd>{model.shapeOf(config)}</dd>
      <dt>{model.parameters}</dt>
      <dd>{model.parametersOf(parameters, stored)}</dd>
      <dt>{model.weights}</dt>
      <dd>{model.size(bytes)}</dd>
      {download && <dt>{model.download}</dt>}
      {download && <dd>{model.downloadOf(download.total, download.there)}</dd>}
    </dl>
  );
}

/** A column for each type, so that a narrow window shows it whole. */
function Memory({ offer: { memory, page, fitting, availableBytes } }: { readonly offer: ModelOffer }) {
  const dtypes = Object.keys(memory) as WeightDtype[];
  const sizes = dtypes.map((dtype) => memory[dtype]);
  const { type, ...names } = model.memoryRows;
  const rows = [
    [names.total, ...sizes.map(({ total }) => formatMegabytes(total + page.total))],
    [names.fits, ...dtypes.map((dtype) => model.fits(fitting.includes(dtype)))],
    [names.weights, ...sizes.map(({ weights }) => formatMegabytes(weights))],
    [names.cache, ...sizes.map(({ cache }) => formatMegabytes(cache))],
    [names.pass, ...sizes.map(({ arena }) => formatMegabytes(arena))],
    [names.page, ...sizes.map(() => formatMegabytes(page.total))],
  ];
  return (
    <>
      <DataTable caption={model.memory} columns={[type, ...dtypes]} rows={rows} />
      <p class="hint">{model.page(page.residuals, page.block, page.other)}</p>
      <p class="hint">{model.available(availableBytes)}</p>
    </>
  );
}

function KeepField() {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={keepsFolder.value}
        onChange={({ currentTarget }) => (keepsFolder.value = currentTarget.checked)}
      />
      {model.keep}
    </label>
  );
}

function DtypeField({ offer: { memory, fitting, dtype } }: { readonly offer: ModelOffer }) {
  const choose = (value: string) => {
    chosenDtype.value = value === "" ? undefined : (value as WeightDtype);
  };
  return (
    <label class="field">
      {model.dtype}
      <select value={chosenDtype.value ?? ""} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        <option value="">{model.automatic(dtype)}</option>
        {Object.keys(memory).map((name) => (
          <option key={name} value={name} disabled={!fitting.includes(name as WeightDtype)}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
