use nnlib::{Init, RandomState};

#[test]
fn spreads_are_those_of_the_papers() {
    let (into, out) = (30, 20);
    let expected = [
        (Init::LecunNormal, (1.0 / 30.0_f64).sqrt()),
        (Init::HeNormal, (2.0 / 30.0_f64).sqrt()),
        (Init::HeUniform, (2.0 / 30.0_f64).sqrt()),
        (Init::GlorotNormal, (2.0 / 50.0_f64).sqrt()),
        (Init::GlorotUniform, (2.0 / 50.0_f64).sqrt()),
        (Init::normal(0.3).unwrap(), 0.3),
        (Init::uniform(-3.0, 3.0).unwrap(), 3.0_f64.sqrt()),
    ];
    for (init, deviation) in expected {
        let mut w = vec![0.0; 100_000];
        init.fill(&mut w, into, out, &mut RandomState::new(1));
        let spread = (w.iter().map(|v| v * v).sum::<f64>() / w.len() as f64).sqrt();
        assert!((spread / deviation - 1.0).abs() < 0.01, "{init:?}: {spread} against {deviation}");
    }
}
