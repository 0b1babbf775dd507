"""What goes into a network: data sets, pictures, sample digits. Imports neither Keras nor Streamlit."""
