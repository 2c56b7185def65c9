//! Draws every figure of hand-made results into a folder: `cargo run -p waage-charts --example gallery -- DIR`.

mod cases;

use std::error::Error;
use std::path::Path;

use waage_charts::{Options, figures};
use waage_result::text::Language;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args()
        .nth(1)
        .ok_or("name the folder to draw into")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    for (name, result) in cases::all() {
        for language in Language::ALL {
            for figure in figures(&result, language, &Options::default())? {
                let stem = format!("{name}-{}-{}", figure.id, language.code());
                std::fs::write(folder.join(format!("{stem}.svg")), figure.svg_with_font())?;
                std::fs::write(folder.join(format!("{stem}.png")), figure.png(1.5)?)?;
                println!("{stem}: {} bytes\n  {}", figure.svg.len(), figure.alt);
            }
        }
    }
    Ok(())
}
