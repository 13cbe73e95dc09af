"""The settings of a list: the browser is told each of them in every run."""

from streamlit.testing.v1 import AppTest

_LABELS = {
    *("Model", "Size", "Quality", "Generator category", "Default page status"),
    *("Output format", "Background", "Moderation level"),
}


def test_a_browser_that_skips_a_run_begins_with_what_was_chosen(generate: AppTest) -> None:
    """A widget begins with its default where its state was set in a run that was not drawn."""
    quality = next(box for box in generate.selectbox if box.label == "Quality")
    quality.set_value(next(option for option in quality.options if option.startswith("high")))
    images = next(field for field in generate.number_input if field.label.startswith("Images per"))
    images.set_value(7)
    (compression,) = generate.slider
    compression.set_value(60)
    before = next(field for field in generate.text_input if "before" in field.label)
    before.set_value("An oil painting of")

    app = generate.run().run()

    assert not app.exception
    boxes = [box for box in app.selectbox if box.label in _LABELS]
    assert {box.label: box.proto.default for box in boxes} == {
        box.label: box.index for box in boxes
    }
    assert len(boxes) == len(_LABELS)
    assert [field.proto.default for field in app.number_input] == [7]
    assert [list(slider.proto.default) for slider in app.slider] == [[60]]
    assert next(f for f in app.text_input if "before" in f.label).proto.default == (
        "An oil painting of"
    )
