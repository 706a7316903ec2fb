/** The model that runs, and others to take its place. */
import { info, model } from "../../state/engine.ts";
import { activity, inspectFiles, isIdle, notice, problem } from "../../state/model.ts";
import { strings } from "../../strings.ts";
import { Section } from "../section.tsx";
import { droppedFiles } from "./dropped-files.ts";
import { KeptModels } from "./kept-models.tsx";
import "./model.css";
import { Offer } from "./offer.tsx";
import { OpenModel } from "./open-model.tsx";
import { Progress } from "./progress.tsx";

export function ModelSection() {
  return (
    <Section name="model" sentence={sentence()}>
      <Panel />
    </Section>
  );
}

function sentence(): string | undefined {
  const doing = activity.value;
  if (doing?.kind === "load" && doing.progress) return strings.model.progress(doing.progress);
  if (model.value.phase === "failed") return strings.model.noModel;
  return info.value && strings.model.sentence(info.value);
}

function Panel() {
  const drop = async (event: DragEvent) => {
    event.preventDefault();
    const files = event.dataTransfer && (await droppedFiles(event.dataTransfer.items));
    if (files && files.length > 0 && isIdle.value) await inspectFiles(files);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a folder can be dropped; the button is there for the keyboard
    <div
      class="model"
      tabIndex={-1}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => void drop(event)}
    >
      <OpenModel />
      <Progress />
      {problem.value !== undefined && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      {notice.value !== undefined && <p>{notice.value}</p>}
      <Offer />
      <KeptModels />
    </div>
  );
}
